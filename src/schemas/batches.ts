import { z } from "@hono/zod-openapi";
import { ETag, Id } from "./common.ts";
import { type FieldError, fieldError, ruleOfEach } from "./field-errors.ts";

/** The version in an `ETag`, weak or strong: see src/http/etag.ts. */
const IfMatch = z
  .stringFormat("etag", /^(W\/)?"(0|[1-9][0-9]{0,8})(-[0-9]{1,9})?"$/)
  .transform((tag) => Number(/[0-9]+/.exec(tag)?.[0]))
  .openapi({ description: "Apply only if the item's `ETag` is still this one", example: '"1"' });

/** One of a batch's operations, after validation. `if_match` is a version. */
export type BatchOperation<New, Changes> =
  | { op: "create"; item: New }
  | { op: "update"; id: string; if_match?: number | undefined; item: Changes }
  | { op: "delete"; id: string; if_match?: number | undefined };

/** Makes the body of a batch from the schemas of a new row and of a change, with an example of a new row. */
export function batchOf<Create extends z.ZodObject, Update extends z.ZodObject>(
  create: Create,
  update: Update,
  example: z.input<Create>,
) {
  const operation = z.discriminatedUnion("op", [
    z.strictObject({ op: z.literal("create"), item: create }),
    z.strictObject({ op: z.literal("update"), id: Id, if_match: IfMatch.optional(), item: update }),
    z.strictObject({ op: z.literal("delete"), id: Id, if_match: IfMatch.optional() }),
  ]);
  return z.strictObject({
    operations: z
      .array(operation)
      .min(1)
      .max(100)
      .check(ruleOfEach(repetitions))
      .openapi({ example: [{ op: "create", item: example }] }),
  });
}

/** Makes the answer to a batch from the schema of a row, which has its `etag`. */
export function batchResultOf<Row extends z.ZodObject>(row: Row) {
  return z.object({
    results: z
      .array(
        z.discriminatedUnion("op", [
          z.object({ op: z.literal("create"), etag: ETag, item: row }),
          z.object({ op: z.literal("update"), etag: ETag, item: row }),
          z.object({ op: z.literal("delete"), id: Id }),
        ]),
      )
      .openapi({ description: "In the order of the operations" }),
  });
}

/** Allows each row once per batch: a second result would depend on the first. */
function repetitions(operations: readonly { op: string; id?: unknown }[]): FieldError[] {
  const ids = operations.map(({ id }) => (id === undefined ? undefined : String(id).toLowerCase()));
  return ids.flatMap((id, index) => {
    const isFirst = id === undefined || ids.indexOf(id) === index;
    return isFirst ? [] : [fieldError([index, "id"], "duplicate")];
  });
}
