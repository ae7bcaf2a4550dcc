/** Makes the rows that others refer to. */
import { eq } from "drizzle-orm";
import type { ReferredTable } from "../src/context/types.ts";
import { reachEvery } from "../src/crud/organization-rows.ts";
import type { Call } from "./calls.ts";
import { api, db } from "./harness.ts";

/**
 * The id of a new row, made by the call that reads one, and handed over to the organization in the path of this place, or
 * to the user of its token.
 */
export async function rowFor(
  { path, token }: { path: string; token: string },
  table: ReferredTable,
  read: (() => Promise<Call>) | undefined,
): Promise<string> {
  const [id = ""] = (await read?.())?.path.match(/[^/?]+(?=\?|$)/) ?? [];
  const [, organization_id] = /^\/organizations\/([^/]+)/.exec(path) ?? [];
  const owner =
    organization_id === undefined ? { owner_id: (await api.get("/users/me", { token })).body.id } : { organization_id };
  await db.batch([reachEvery(db), db.update(table).set(owner).where(eq(table.id, id))]);
  return id;
}
