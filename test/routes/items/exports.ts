import { sql } from "drizzle-orm";
import type { RoundTrips } from "../../../src/db/wire.ts";
import { aUser, db, deps, isThorough, serve } from "../../harness.ts";

export const many = isThorough ? 100_000 : 20_000;

/** A user with this many items, seven of which share each moment. */
export async function aUserWithItems(count: number) {
  const user = await aUser();
  await db.execute(sql`insert into items (id, owner_id, title, description, created_at)
    select gen_random_uuid(), ${user.id}::uuid, 'Item ' || n, repeat('x', n % 100), now() - make_interval(mins => n / 7)
    from generate_series(1, ${count}::int) n`);
  return user;
}

/** An export that is read as slowly as the test likes; `trips` is what it has spent so far. */
export async function open(token: string, accept = "*/*") {
  let trips: RoundTrips = { count: 0, milliseconds: 0 };
  const app = serve({
    deps: {
      connect: (settings, own) => {
        trips = own;
        return deps.connect(settings, own);
      },
    },
  });
  const headers = { Authorization: `Bearer ${token}`, Accept: accept };
  const response = await app.fetch(new Request("https://api.example.com/api/v1/items/export", { headers }));
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const read = async () => {
    const { done, value } = await reader.read();
    return done ? undefined : decoder.decode(value, { stream: true });
  };
  const rest = async () => {
    let text = "";
    for (let chunk = await read(); chunk !== undefined; chunk = await read()) text += chunk;
    return text;
  };
  return { response, reader, read, rest, trips: () => trips.count, logs: app.logs };
}
