import { items } from "../db/schema.ts";
import { exportQueries } from "./exports.ts";
import { itemColumns } from "./items.ts";

/** The queries of items in the export of an account. */
export const ItemExports = exportQueries(items, itemColumns);
