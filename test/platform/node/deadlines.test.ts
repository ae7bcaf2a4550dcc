import { createServer, type Socket } from "node:net";
import { sql } from "drizzle-orm";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { RoundTrips } from "../../../src/db/wire.ts";
import { pooled } from "../../../src/platform/node/database.ts";

/** The answers of a server of PostgreSQL: it admits anybody, and finds no rows. */
const message = (type: string, body = "") => {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, Buffer.from(body, "latin1")]);
};
const ready = message("Z", "I");
const admitted = Buffer.concat([message("R", "\0\0\0\0"), ready]);
const replies: Record<string, Buffer> = {
  Q: Buffer.concat([message("C", "SET\0"), ready]),
  P: message("1"),
  B: message("2"),
  D: message("n"),
  E: message("C", "SELECT 0\0"),
  S: ready,
};

type Client = { socket: Socket; admit: () => void; said: string[] };
const clients: Client[] = [];
const server = createServer((socket) => {
  const said: string[] = [];
  socket.on("error", () => {});
  // The first message, which asks to be admitted, has no type.
  socket.once("data", () => {
    socket.on("data", (chunk) => {
      for (let at = 0; at < chunk.length; at += 1 + chunk.readInt32BE(at + 1)) {
        const type = String.fromCharCode(chunk[at] ?? 0);
        said.push(type);
        socket.write(replies[type] ?? "");
      }
    });
    clients.push({ socket, said, admit: () => socket.write(admitted) });
  });
});

beforeEach(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
  for (const { socket } of clients.splice(0)) socket.destroy();
  server.close();
});

const turn = () => new Promise((next) => setImmediate(next));
const until = async (isSo: () => boolean) => {
  while (!isSo()) await turn();
};
/** Waits for a client that asks to be admitted. */
const client = async (index: number): Promise<Client> => {
  await until(() => clients.length > index);
  return clients[index] as Client;
};

/** A call with a second for it, which may be repeated, and how it ended so far. */
function calling(pool = pooled(1)) {
  const { port } = Object(server.address());
  const settings = {
    DATABASE_URL: `postgres://u:p@127.0.0.1:${port}/d`,
    DATABASE_TIMEOUT_MS: 1_000,
    NEON_FETCH_ENDPOINT: undefined,
  };
  const trips: RoundTrips = { count: 0, milliseconds: 0, mayRepeat: true };
  const call = { outcome: "waits", trips, pool };
  const execute = async () => pool.connect(settings, trips).execute(sql`select 1`);
  execute().then(
    () => {
      call.outcome = "answered";
    },
    ({ cause }) => {
      call.outcome = cause.fault;
    },
  );
  return call;
}

it("a call that is made again after its connection broke ends at its first deadline, and what connects later is kept", async () => {
  const call = calling();
  const { socket } = await client(0);
  vi.advanceTimersByTime(800);
  socket.destroy();
  await until(() => call.trips.milliseconds >= 800);
  await turn();
  vi.advanceTimersByTime(100);
  const second = await client(1);
  expect(call.trips).toMatchObject({ count: 2, again: 1 });
  vi.advanceTimersByTime(100);
  await turn();
  expect(call.outcome).toBe("timeout");
  second.admit();
  const later = calling(call.pool);
  await until(() => later.outcome !== "waits");
  // The terms of the connection, and the statements of the later call alone.
  expect([later.outcome, clients.length, second.said.join("")]).toStrictEqual(["answered", 2, "QPBDES"]);
});

it("a connection that comes after the deadline, in a process too busy to have noticed it, is sent nothing", async () => {
  const call = calling();
  const first = await client(0);
  vi.setSystemTime(Date.now() + 1_001);
  first.admit();
  await until(() => call.outcome !== "waits");
  expect([call.outcome, first.said.join("")]).toStrictEqual(["timeout", "Q"]);
});

it("a server that falls silent before the terms of a connection are set holds no place in the pool", async () => {
  const { Q = ready } = replies;
  delete replies.Q;
  const call = calling();
  const first = await client(0);
  first.admit();
  await until(() => first.said.length > 0);
  replies.Q = Q;
  vi.advanceTimersByTime(1_000);
  await until(() => call.outcome !== "waits");
  expect(call.outcome).toBe("timeout");
  const later = calling(call.pool);
  (await client(1)).admit();
  await until(() => later.outcome !== "waits");
  expect(later.outcome).toBe("answered");
});
