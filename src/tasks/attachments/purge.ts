import { Attachments } from "../../crud/attachments.ts";
import { purgeInSteps } from "../../task/purge.ts";
import { deleteObjects } from "./objects.ts";

/** R2 removes up to 1,000 objects by one call. */
const size = 500;

/**
 * Removes the objects, then the rows, of all attachments that nobody can reach any more: they were deleted, their item was
 * purged, or their upload never ended.
 */
export const purgeAttachments = purgeInSteps("attachments/purge", size, async ({ db, step, settings }) => {
  if (!settings.BUCKET) return { found: 0, removed: 0 };
  const ids = (await step(Attachments.giveUp(db, size))).rows.map(({ id }) => id);
  if (ids.length === 0) return { found: 0, removed: 0 };
  await deleteObjects(settings, ids);
  await step(Attachments.remove(db, ids));
  return { found: ids.length, removed: ids.length, calls: 1 };
});
