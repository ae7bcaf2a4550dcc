import { items } from "../db/schema.ts";
import { batchQueries } from "./batches.ts";
import { itemColumns } from "./items.ts";

/** The queries of a batch of items. */
export const ItemBatches = batchQueries(items, itemColumns);
