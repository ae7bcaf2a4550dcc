/** `npm run bench -- --storm logins`: a hundred people who sign in at once, and what others notice of it. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { hashPassword } from "../../src/security/passwords.ts";
import { beside } from "./beside.ts";
import type { Call } from "./load.ts";
import { acceptedWithin, Public, type Sent, statusesOf } from "./open-loop.ts";
import { machine } from "./tools.ts";

export const storms = ["logins"];

export function isStorm(text: string): boolean {
  return storms.includes(text);
}

const people = 100;

export async function storm(origin: string, calls: readonly Call[], database: string): Promise<void> {
  const password = randomBytes(12).toString("hex");
  const sql = new pg.Client({ connectionString: database });
  await sql.connect();
  await sql.query(
    `insert into users (id, email, username, password_hash)
     select gen_random_uuid(), 'storm' || n || '@example.com', 'storm' || n, $1 from generate_series(1, $2::int) n`,
    [await hashPassword(password), people],
  );
  await sql.end();
  const clients = new Public(origin);
  let sent: Sent[] = [];
  let seconds = 0;
  const probes = await beside(clients, calls, async () => {
    const start = performance.now();
    sent = await Promise.all(Array.from({ length: people }, (_, n) => clients.send(signIn(n + 1, password))));
    seconds = (performance.now() - start) / 1_000;
  });
  await clients.close();
  const slowest = (acceptedWithin(sent, 1) / 1_000).toFixed(1);
  console.log(
    `${people} people signed in at once: ${statusesOf(sent)} in ${seconds.toFixed(1)} s, the slowest of those accepted in ${slowest} s.`,
  );
  console.log(
    `Here the hasher shares the thread of the Worker, as it need not in production.\n\n${probes}\n\n${machine()}`,
  );
}

function signIn(n: number, password: string): Call {
  return {
    name: "POST /auth/login",
    method: "POST",
    path: "/api/v1/auth/login",
    // Each from a network of their own, whose limit is not what is measured.
    headers: { "Content-Type": "application/json", "CF-Connecting-IP": `10.0.0.${n}` },
    body: JSON.stringify({ username: `storm${n}`, password }),
    status: 200,
  };
}
