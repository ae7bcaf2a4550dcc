import { Tasks } from "../crud/tasks.ts";
import { purge } from "../task/purge.ts";

/** Removes tasks that ended long ago. */
export const purgeTasks = purge("purge-tasks", ({ db, settings }, limit) =>
  Tasks.purge(db, { done: settings.TASK_RETENTION_DAYS, dead: settings.DEAD_TASK_RETENTION_DAYS }, limit),
);
