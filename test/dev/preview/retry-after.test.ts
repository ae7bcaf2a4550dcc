import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { openNeon } from "../../../dev/preview/neon.ts";

/** Calls Neon while it puts off the first call, for so many seconds. Answers the outcome, and the milliseconds of each call. */
async function called(seconds: string) {
  const calls: number[] = [];
  const server = createServer((_, response) => {
    calls.push(performance.now());
    const isFirst = calls.length === 1;
    response.writeHead(isFirst ? 429 : 200, isFirst ? { "Retry-After": seconds } : {});
    response.end(isFirst ? '{"message":"too many calls"}' : '{"branches":[]}');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const NEON_API_BASE_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const neon = openNeon({ NEON_API_BASE_URL, NEON_API_KEY: "key", NEON_PROJECT_ID: "project" });
  const outcome = await neon.branches().catch(String);
  server.close();
  server.closeAllConnections();
  return { outcome, calls };
}

it("waits as long as Neon says, and tells of a wait that is too long at once", async () => {
  const { outcome, calls } = await called("2");
  const [first = 0, second = 0, ...others] = calls;
  expect([outcome, others]).toStrictEqual([[], []]);
  expect(second - first).toBeGreaterThan(1_900);
  const long = await called("3600");
  expect([long.outcome, long.calls.length]).toStrictEqual([
    "CommandError: Neon refused to GET /branches: too many calls.",
    1,
  ]);
});
