import { sql } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { beginSession, type Connection, sessionOn } from "../../src/db/session.ts";
import { CallError } from "../../src/db/wire.ts";
import { db, settings } from "../harness.ts";

afterEach(() => vi.useRealTimers());

const terms = { isolation: "read committed", timeout: 5_000 };
const table = sql.raw(`kept_${crypto.randomUUID().replaceAll("-", "_")}`);
await db.execute(sql`create table ${table} (name text primary key)`);

const noTrips = () => ({ count: 0, milliseconds: 0 });
const begin = (trips = noTrips()) => beginSession(settings, trips, terms);
const keptNames = async () => (await db.execute<{ name: string }>(sql`select name from ${table}`)).rows;

/** A connection to nowhere, each of whose answers takes this many milliseconds; tells how it was ended. */
function aConnection({ takes = 0, failsAt = "", hangsAt = "", commits = true } = {}) {
  const ended: boolean[] = [];
  const connection: Connection = {
    connect: async () => {},
    query: async ({ text }) => {
      if (takes > 0) await new Promise((resolve) => setTimeout(resolve, takes));
      if (text === hangsAt) return new Promise(() => {});
      if (failsAt && text.startsWith(failsAt)) throw new Error("The connection was lost");
      return { command: text === "commit" && !commits ? "ROLLBACK" : text.toUpperCase(), rowCount: 0, rows: [] };
    },
    end: async (isClean) => ended.push(isClean),
  };
  return { connection, ended };
}

describe("a session of the database", () => {
  it("carries out no statement that nobody waited for before the commit, which the guard would not decide", async () => {
    const session = await begin();
    const committing = session.commit();
    const late = session.db.execute(sql`insert into ${table} values ('late')`);
    const refusal = expect.objectContaining({ message: expect.stringContaining("after the end of its transaction") });
    await expect(late).rejects.toThrow(expect.objectContaining({ cause: refusal }));
    await committing;
    session.close();
    expect(await keptNames()).toStrictEqual([]);
  });

  it("sends and counts nothing after its end", async () => {
    const trips = noTrips();
    const session = await begin(trips);
    session.close();
    const { count } = trips;
    const late = session.db.execute(sql`insert into ${table} values ('too late')`);
    await expect(late).rejects.toThrow(expect.objectContaining({ cause: expect.any(CallError) }));
    expect(trips.count).toBe(count);
    expect(await keptNames()).toStrictEqual([]);
  });

  it("ends at its deadline where the connection says nothing more", async () => {
    vi.useFakeTimers();
    const { connection, ended } = aConnection({ hangsAt: "commit" });
    const session = await sessionOn(connection, noTrips(), terms);
    const committing = expect(session.commit()).rejects.toMatchObject({ fault: "timeout" });
    await vi.advanceTimersByTimeAsync(terms.timeout);
    await committing;
    expect(ended).toStrictEqual([false]);
  });

  it("tells the next statement that the connection broke before it", async () => {
    const session = await begin();
    const { rows } = await session.db.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    await db.execute(sql`select pg_terminate_backend(${rows[0]?.pid}::int, 5000)`);
    await expect(session.db.execute(sql`select 1`)).rejects.toThrow(
      expect.objectContaining({ cause: expect.any(CallError) }),
    );
    session.close();
  });

  it("names the constraint that a statement broke, by which an answer is chosen", async () => {
    const session = await begin();
    const insert = () => session.db.execute(sql`insert into ${table} values ('twice')`);
    await insert();
    const broken = {
      code: "23505",
      severity: "ERROR",
      table: expect.any(String),
      constraint: expect.stringMatching(/_pkey$/),
    };
    await expect(insert()).rejects.toThrow(expect.objectContaining({ cause: expect.objectContaining(broken) }));
    session.close();
  });

  it.each([
    ["committed", true, [true]],
    ["rolled back, as a statement had failed", false, [false]],
  ])(
    "gives back for others only a connection whose transaction has ended: one that was %s",
    async (_, commits, told) => {
      const { connection, ended } = aConnection({ commits });
      const session = await sessionOn(connection, noTrips(), terms);
      await session.commit().catch(() => {});
      session.close();
      expect(ended).toStrictEqual(told);
    },
  );

  it("gives back no connection in the middle of a transaction, and each one once", async () => {
    const { connection, ended } = aConnection();
    const session = await sessionOn(connection, noTrips(), terms);
    session.close();
    session.close();
    expect(ended).toStrictEqual([false]);
  });

  it("keeps no connection on which no transaction could begin", async () => {
    const { connection, ended } = aConnection({ failsAt: "begin" });
    await expect(sessionOn(connection, noTrips(), terms)).rejects.toThrow(CallError);
    expect(ended).toStrictEqual([false]);
  });

  it("leaves no timer, which would keep a process that ends waiting", async () => {
    vi.useFakeTimers();
    const { connection } = aConnection();
    const session = await sessionOn(connection, noTrips(), terms);
    expect(vi.getTimerCount()).toBe(1);
    await session.commit();
    session.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("tells for the log how long it waited for the database, and when it asked last", async () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const { connection } = aConnection({ takes: 30 });
    const trips: { count: number; milliseconds: number; at?: number } = noTrips();
    const beginning = sessionOn(connection, trips, terms);
    await vi.advanceTimersByTimeAsync(30);
    const session = await beginning;
    await vi.advanceTimersByTimeAsync(500);
    const committing = session.commit();
    await vi.advanceTimersByTimeAsync(30);
    await committing;
    session.close();
    expect(trips).toMatchObject({ count: 3, milliseconds: 60, at: 1_000_530 });
  });
});
