import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openCloudflare } from "../../../dev/ship/cloudflare.ts";

const account = { id: "acc", name: "An account" };
let told: string | undefined;
const server = createServer(({ headers }, response) => {
  told = headers.authorization;
  response.end(JSON.stringify({ success: true, result: account }));
});
beforeAll(() => once(server.listen(0, "127.0.0.1"), "listening"));
afterAll(() => void server.close());

function signIn(said: string, code = 0) {
  const { port } = server.address() as AddressInfo;
  const variables = { CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}` };
  return openCloudflare(async () => ({ code, said, events: [] }), variables, "acc");
}

const json = JSON.stringify({ type: "oauth", token: "of-a-test" }, null, 2);

it.each([
  ["alone", json],
  ["behind a warning with braces", `▲ [WARNING] Unexpected fields in {"env": {"production": {}}}\n${json}`],
  ["before a warning with braces", `${json}\nThe file {wrangler.toml} has { "token": 1 }.\n`],
])("takes the token of wrangler's answer %s", async (_, said) => {
  expect((await signIn(said)).account).toStrictEqual(account);
  expect(told).toBe("Bearer of-a-test");
});

it.each([
  ["fails", json, 1],
  ["is a global key", '{ "type": "api_key", "key": "of-a-test" }', 0],
  ["is no JSON", '{ "token": of-a-test }', 0],
])("asks to sign in where wrangler's answer %s, and quotes no secret", async (_, said, code) => {
  const error = await signIn(code === 0 ? said : "Not signed in.", code).catch((thrown: Error) => thrown.message);
  expect(error).toMatch(/^Sign in first: npx wrangler login(?!.*of-a-test)/s);
});
