import { defineConfig } from "@kubb/core";
import { pluginClient } from "@kubb/plugin-client";
import { pluginOas } from "@kubb/plugin-oas";
import { pluginTs } from "@kubb/plugin-ts";

export default defineConfig({
  input: { path: process.env.OPENAPI },
  output: { path: `${process.env.OUT}/kubb`, format: false, lint: false },
  plugins: [pluginOas({ validate: true }), pluginTs({}), pluginClient({ client: "fetch", bundle: true })],
});
