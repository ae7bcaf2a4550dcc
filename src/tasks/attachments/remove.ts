import { z } from "zod";
import { Attachments } from "../../crud/attachments.ts";
import { task } from "../../task/task.ts";
import { deleteObjects } from "./objects.ts";

/** Removes the object of a deleted attachment, then its row: killed in between, it does no harm to begin again. */
export const removeAttachment = task(
  {
    name: "attachments/remove",
    input: z.object({ id: z.uuid() }),
    canRun: ({ settings }) => settings.BUCKET !== undefined,
  },
  async ({ db, run, settings }, { id }) => {
    await deleteObjects(settings, [id]);
    await run(Attachments.remove(db, [id]));
  },
);
