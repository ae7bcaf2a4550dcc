import { sql } from "drizzle-orm";
import { pgTable, text } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Database } from "../../src/db/client.ts";
import { body, endpoint } from "../../src/endpoint/endpoint.ts";
import { bindings, db, serve, unique } from "../harness.ts";
import { aSecret, aSigningSecret } from "../signed.ts";

const suffix = uuidv7().replaceAll("-", "_");
const invoices = pgTable(`invoices_${suffix}`, { id: text().primaryKey(), state: text().notNull() });
const takenEvents = pgTable(`taken_events_${suffix}`, { id: text().primaryKey() });
await db.execute(
  sql`create table ${invoices} (id text primary key, state text not null, changes int not null default 0)`,
);
await db.execute(
  sql`create table ${takenEvents} (id text primary key, taken_at timestamptz(3) not null default now())`,
);

const Payments = {
  /** Settles an open invoice by an event that was not taken before. */
  settle: (db: Database, event: string, invoice: string) =>
    db.execute<{ id: string }>(sql`
      with taken as (insert into ${takenEvents} (id) values (${event}) on conflict do nothing returning id)
      update ${invoices} set state = 'paid', changes = changes + 1
      where id = ${invoice} and state = 'open' and exists (select from taken) returning id`),
};

const secret = aSigningSecret("TEST_PAYMENTS");
const takePayment = endpoint(
  {
    ...{ method: "post", path: "/webhooks/once", operationId: "takePaymentOnce", tags: ["operations"] },
    ...{ summary: "Take a payment", description: "Takes it once.", access: "public" },
    signed: { by: "standard-webhooks", secret },
    request: { body: body(z.object({ event: z.string(), invoice: z.string() })) },
    responses: { 204: { description: "Taken" } },
  },
  async (c) => {
    const { event, invoice } = c.req.valid("json");
    await c.var.run(Payments.settle(c.var.db, event, invoice));
    return c.body(null, 204);
  },
);
const app = serve({ endpoints: [takePayment], bindings: { ...bindings, TEST_PAYMENTS: aSecret() } });

describe("an event of a webhook whose id is recorded with its effect", () => {
  it("takes effect once, also where it comes several times at once, and none on a row that is gone", async () => {
    const [event, invoice] = [unique("evt"), unique("in")];
    const take = (invoice: string) => app.post("/webhooks/once", { json: { event, invoice } });
    await db.execute(sql`insert into ${invoices} (id, state) values (${invoice}, 'open')`);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => take(invoice)));
    expect(answers.map(({ status }) => status)).toStrictEqual([204, 204, 204, 204, 204]);
    // A refund, after which a late repetition pays nothing again.
    await db.execute(sql`update ${invoices} set state = 'open' where id = ${invoice}`);
    expect((await take(invoice)).status).toBe(204);
    expect((await take(unique("in"))).status).toBe(204);
    const { rows } = await db.execute(sql`select state, changes from ${invoices} where id = ${invoice}`);
    expect(rows).toStrictEqual([{ state: "open", changes: 1 }]);
  });
});
