import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryOf } from "../../../dev/bench/tools.ts";
import { startBenchWorker } from "../../../dev/bench/worker.ts";
import { closing } from "../../../dev/closing.ts";

const megabyte = new Uint8Array(1_000_000);
megabyte.set(new TextEncoder().encode("%PDF-1.7"));
let api: string;
let isDone = () => {};
let worker: Promise<void>;

beforeAll(async () => {
  const bindings = {
    ENVIRONMENT: "staging",
    SECRET_KEY: randomBytes(32).toString("hex"),
    DATABASE_URL: "postgres://u:p@127.0.0.1/d",
  };
  api = await new Promise<string>((resolve, reject) => {
    worker = closing(async (open) => {
      resolve(`${await startBenchWorker(open, bindings, { entry: "test/fixtures/runtime-worker.ts" })}/api/v1`);
      await new Promise<void>((end) => {
        isDone = end;
      });
    });
    worker.catch(reject);
  });
});
afterAll(async () => {
  isDone();
  await worker;
});

/** Sends this many megabytes, in chunks; answers the status, the body and the megabytes that the Worker took. */
async function send(
  megabytes: number,
  path = "/films",
  headers: Record<string, string> = { "Content-Type": "video/mp4" },
) {
  let left = megabytes;
  let isSent = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left-- > 0) controller.enqueue(megabyte);
      else controller.close();
    },
  });
  const before = await memoryOf("workerd");
  let most = before;
  const watching = (async () => {
    while (!isSent) most = Math.max(most, await memoryOf("workerd"));
  })();
  const init = { method: "POST", headers, body, duplex: "half" };
  const answer = await fetch(`${api}${path}`, init).finally(() => {
    isSent = true;
  });
  await watching;
  return { status: answer.status, body: await answer.json(), grown: most - before };
}

it("takes an upload of 100 MB at flat memory, and no byte more", async () => {
  // Lets the heap grow to its size.
  for (let i = 0; i < 3; i++) await send(100);
  const { status, body, grown } = await send(100);
  expect([status, body]).toStrictEqual([200, { size: 100_000_000 }]);
  expect(grown).toBeLessThan(40);
  expect(await send(101)).toMatchObject({ status: 413, body: { detail: "The body is larger than 100 MB." } });
});

it("verifies an upload of 100 MB at flat memory", async () => {
  const hash = createHash("sha256");
  for (let i = 0; i < 100; i++) hash.update(megabyte);
  const headers = { "Content-Type": "application/pdf", "Content-Length": "100000000" };
  // The heap finds its size.
  for (let i = 0; i < 3; i++) await send(100, "/scans", headers);
  const { status, body, grown } = await send(100, "/scans", headers);
  expect([status, body]).toStrictEqual([200, { size: 100_000_000, sha256: hash.digest("hex") }]);
  expect(grown).toBeLessThan(40);
});

it("describes the API, although the bundle lacks parts of zod", async () => {
  const answer = await fetch(`${api}/openapi.json`);
  expect(answer.status).toBe(200);
  const { paths } = (await answer.json()) as { paths: object };
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(["/health", "/api/v1/films", "/api/v1/computed"]));
});

describe("cached", () => {
  const ask = async (key: string, signal?: AbortSignal) => {
    const answer = await fetch(`${api}/computed?key=${key}`, signal ? { signal } : {});
    return answer.json();
  };

  it("computes once for requests that come at once", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask("at once")));
    expect(answers).toStrictEqual(Array.from({ length: 20 }, () => ({ computed: 1 })));
  });

  it("goes on for those who wait when the client that came first has gone", async () => {
    const leaving = new AbortController();
    const first = ask("left", leaving.signal).catch(() => "gone");
    await sleep(100);
    const waiting = Promise.all([ask("left"), ask("left")]);
    await sleep(100);
    leaving.abort();
    expect(await first).toBe("gone");
    const began = Date.now();
    expect(await waiting).toStrictEqual([{ computed: 2 }, { computed: 2 }]);
    expect(Date.now() - began).toBeLessThan(20_000);
  });
});
