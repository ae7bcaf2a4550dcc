/** Makes the rows that others refer to. */
import { eq } from "drizzle-orm";
import type { ReferredTable } from "../src/context/types.ts";
import { reachEvery } from "../src/crud/organization-rows.ts";
import { organizationTables, ownedTables } from "../src/db/schema.ts";
import type { Call } from "./calls.ts";
import { api, db } from "./harness.ts";

type Place = { path: string; token?: string };

/**
 * Gives a row, of any of these tables, to the organization in the path of this place, or to the user of its token. False
 * if it is none of theirs.
 */
export async function handOver(
  id: string,
  { path, token = "" }: Place,
  tables: readonly ReferredTable[] = [...ownedTables, ...organizationTables],
): Promise<boolean> {
  const [, organization_id] = /^\/organizations\/([^/]+)/.exec(path) ?? [];
  const owner =
    organization_id === undefined ? { owner_id: (await api.get("/users/me", { token })).body.id } : { organization_id };
  const theirs = tables.filter((table) => Object.keys(owner).every((column) => column in table));
  const giving = theirs.map((table) => db.update(table).set(owner).where(eq(table.id, id)).returning({ id: table.id }));
  const [, ...given] = await db.batch([reachEvery(db), ...giving]);
  return given.some((rows) => rows.length > 0);
}

/** The id of a new row, made by the call that reads one, and handed over to this place. */
export async function rowFor(
  place: Place,
  table: ReferredTable,
  read: (() => Promise<Call>) | undefined,
): Promise<string> {
  const [id = ""] = (await read?.())?.path.match(/[^/?]+(?=\?|$)/) ?? [];
  await handOver(id, place, [table]);
  return id;
}
