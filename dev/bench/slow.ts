/** `npm run bench -- --slow`: clients that send a body byte by byte, or do not read their answer, and what others notice. */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { beside, callNamed } from "./beside.ts";
import type { Call } from "./load.ts";
import { Public } from "./open-loop.ts";
import { machine, memoryOf } from "./tools.ts";

const clientsOfEach = 50;

export async function slow(
  origin: string,
  calls: readonly Call[],
  { database, seconds }: { database: string; seconds: number },
): Promise<void> {
  const sql = new pg.Client({ connectionString: database });
  await sql.connect();
  await sql.query(
    `insert into items (id, owner_id, title, description)
     select gen_random_uuid(), (select id from users where username = 'reader'), 'row ' || n, repeat('x', 2000)
     from generate_series(1, 20000) n`,
  );
  const before = await memoryOf("workerd");
  const clients = new Public(origin);
  const [bodies, readers] = [
    open(origin, callNamed(calls, "POST /items"), "Content-Length: 1000000\r\n\r\n{"),
    open(origin, callNamed(calls, "GET /items/export, 42"), "\r\n"),
  ];
  for (const reader of readers) reader.pause();
  const drip = setInterval(() => {
    for (const socket of bodies) if (!socket.destroyed) socket.write("a");
  }, 1_000);
  const probes = await beside(clients, calls, () => sleep(seconds * 1_000));
  const after = await memoryOf("workerd");
  const { rows } = await sql.query<{ running: number }>(
    `select count(*)::int as running from pg_stat_activity
     where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`,
  );
  clearInterval(drip);
  for (const socket of [...bodies, ...readers]) socket.destroy();
  await clients.close();
  await sql.end();
  const memory = before > 0 ? `, memory × ${(after / before).toFixed(1)}` : "";
  console.log(
    `${clientsOfEach} dripping bodies and ${clientsOfEach} readers that do not read, ${seconds} s: ${rows[0]?.running} statements were running at the end${memory}.\n\n${probes}\n\n${machine()}`,
  );
}

/** Connections that have sent this request so far. */
function open(origin: string, { method = "GET", path, headers = {} }: Call, rest: string): Socket[] {
  const { hostname, port } = new URL(origin);
  const lines = Object.entries({ Host: hostname, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Array.from({ length: clientsOfEach }, () => {
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}${rest}`);
    return socket;
  });
}
