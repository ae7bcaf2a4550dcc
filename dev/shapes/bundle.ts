import { builtinModules } from "node:module";
import { join } from "node:path";
import type { BuildOptions, Plugin } from "esbuild";
import { projectFolder } from "../config.ts";
import type { Entries } from "./entries.ts";

/** The options of wrangler.toml that concern bundles. */
type Said = { alias: Record<string, string>; keep_names: boolean };

/** Bundles each entry as wrangler does, into `outdir`/<name>/index.js, all in one run. */
export function bundling(entries: Entries, outdir: string, { alias, keep_names }: Said) {
  return {
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [`${name}/index`, file])),
    absWorkingDir: projectFolder,
    outdir,
    bundle: true,
    minify: true,
    keepNames: keep_names,
    sourcemap: true,
    metafile: true,
    format: "esm",
    target: "es2024",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*", ...builtinModules],
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [aliasing(alias)],
    logLevel: "silent",
  } as const satisfies BuildOptions;
}

/** Replaces modules by the words that import them, as wrangler does: esbuild's own option takes no relative path. */
function aliasing(alias: Record<string, string>): Plugin {
  return {
    name: "alias",
    setup(build) {
      for (const [from, to] of Object.entries(alias)) {
        const filter = new RegExp(`^${from.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
        build.onResolve({ filter }, () => ({ path: join(projectFolder, to) }));
      }
    },
  };
}
