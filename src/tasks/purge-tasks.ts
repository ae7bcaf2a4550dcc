import { Tasks } from "../crud/tasks.ts";
import { purge } from "../task/purge.ts";

/** Removes done and cancelled tasks. */
export const purgeTasks = purge("purge-tasks", ({ db, settings }, limit) =>
  Tasks.purge(db, settings.TASK_RETENTION_DAYS, limit),
);
