import type { Task } from "../task/task.ts";

/** The tasks of this Worker: one flat list. A task that is not in it is neither enqueued nor run. */
export const allTasks: readonly Task[] = [];
