/** Fills an empty database, for you to change. `npm run dev` calls it once, `npm run db:seed` whenever you like. */
import { v5 as uuidv5 } from "uuid";
import { items } from "../../src/db/schema.ts";
import type { Seeds } from "./seed.ts";

const titles = ["Try the documentation page", "Add an endpoint", "Deploy"];

export const seeds: Seeds = async ({ db, admin }) => {
  // An id that follows from the title: called again, this adds what is missing and repeats nothing.
  const rows = titles.map((title) => ({ id: uuidv5(title, admin.id), owner_id: admin.id, title }));
  await db.insert(items).values(rows).onConflictDoNothing();
};
