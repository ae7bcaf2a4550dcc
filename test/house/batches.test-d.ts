/** Code that must not compile. `tsc` fails if an expected error is missing. */
import { getTableColumns } from "drizzle-orm";
import type { CallerEnv } from "../../src/context/types.ts";
import { batchQueries } from "../../src/crud/batches.ts";
import { organizations } from "../../src/db/schema.ts";
import type { BatchOperation } from "../../src/schemas/batches.ts";
import { changeTogether } from "../../src/services/batches.ts";

declare const context: CallerEnv["Variables"];
declare const whole: BatchOperation<{ name: string; slug: string }, { name?: string | undefined }>[];
declare const partial: BatchOperation<{ name: string }, { name?: string }>[];
declare const mistyped: BatchOperation<{ name: string; slug: string }, { name?: number }>[];

const queries = batchQueries(organizations, getTableColumns(organizations));
await changeTogether(context, queries, context.user, whole);
// @ts-expect-error: a new row lacks a value that it must have.
await changeTogether(context, queries, context.user, partial);
// @ts-expect-error: a change is not of its column's type.
await changeTogether(context, queries, context.user, mistyped);
