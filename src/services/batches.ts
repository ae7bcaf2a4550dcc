import { v7 as uuidv7 } from "uuid";
import type { CallerEnv } from "../context/types.ts";
import type { BatchQueries } from "../crud/batches.ts";
import { ApiError, operationError } from "../errors.ts";
import type { BatchOperation } from "../schemas/batches.ts";

type Context = Pick<CallerEnv["Variables"], "db" | "run" | "settings">;
type Row = { id: string; etag: string };

/**
 * Carries out all of these operations or none, for a user, or for a member whose organization owns the rows. Throws
 * `not_found`, `precondition_failed` or `precondition_required` for the first failure, `quota_exceeded`, and conflicts by
 * constraint name. Answers the results in order, and the rows for what has to follow.
 */
export async function changeTogether<Who, New, Changes, Answered extends Row>(
  { db, run, settings }: Context,
  queries: BatchQueries<Who, New, Changes, Answered>,
  who: Who,
  operations: readonly BatchOperation<NoInfer<New>, NoInfer<Changes>>[],
) {
  const planned = operations.map((operation, position) => {
    if (operation.op === "create") return { ...operation, id: uuidv7() };
    const { id, if_match: version } = operation;
    if (settings.REQUIRE_IF_MATCH && version === undefined) {
      throw new ApiError("precondition_required", { errors: [operationError("precondition_required", position)] });
    }
    return { ...operation, id: id.toLowerCase(), version, position };
  });
  const creates = planned.filter((operation) => operation.op === "create");
  const updates = planned.filter((operation) => operation.op === "update");
  const deletes = planned.filter((operation) => operation.op === "delete");
  const targets = [...updates, ...deletes].map(({ id, version, position }) => ({ id, version, position }));
  // Inserts come last, so that a new row may have a unique value that the batch frees.
  const [, deleted = [], updated = [], created = []] = await run(
    targets.length > 0 ? queries.lock(db, targets, who) : undefined,
    deletes.length > 0
      ? queries.delete(
          db,
          deletes.map(({ id }) => id),
        )
      : undefined,
    updates.length > 0
      ? queries.update(
          db,
          updates.map(({ id, item }) => ({ ...item, id })),
          fieldsOf(updates),
        )
      : undefined,
    creates.length > 0
      ? queries.insert(
          db,
          creates.map(({ id, item }) => ({ ...item, id })),
          who,
          settings[queries.bound],
        )
      : undefined,
  );
  // A repetition under a key answers the rows of the first time, whose ids are not these, but in their order, too.
  const inOrder = created.toSorted((a, b) => (a.id < b.id ? -1 : 1)).values();
  const changed = new Map(updated.map((row) => [row.id, row]));
  const results = planned.map(({ op, id }) => {
    if (op === "delete") return { op, id };
    const item = op === "create" ? inOrder.next().value : changed.get(id);
    return { op, etag: item?.etag, item };
  });
  return { results, created, updated, deleted };
}

/** The fields that any of these updates changes. */
function fieldsOf<Changes>(updates: readonly { item: Changes }[]) {
  const fields = updates.flatMap(({ item }) => Object.keys(item as object));
  // TypeScript gives keys no narrower type, because an object may have more of them.
  return [...new Set(fields)] as (keyof Changes & string)[];
}
