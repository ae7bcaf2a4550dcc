import { v7 as uuidv7 } from "uuid";
import { Tasks } from "../../../src/crud/tasks.ts";
import type { Calls } from "../../calls.ts";
import { aUser, db, unique } from "../../harness.ts";

/** A task that nobody runs, for an admin: this version does not know its name. */
async function aTask() {
  const { token } = await aUser({ role: "admin" });
  const task = {
    id: uuidv7(),
    name: unique("task"),
    key: undefined,
    input: { of: "a test" },
    delay: 0,
    requestId: null,
  };
  await Tasks.insert(db, task);
  return { path: `/tasks/${task.id}`, token };
}

export const calls: Calls = {
  listTasks: async () => {
    await aTask();
    return { ...(await aTask()), path: "/tasks" };
  },
  readTask: aTask,
  retryTask: async () => {
    const { path, token } = await aTask();
    return { path: `${path}/retry`, token };
  },
  retryTasks: async () => {
    const { token } = await aTask();
    return { path: "/tasks/retry", token, json: { name: unique("task") } };
  },
  cancelTask: async () => {
    const { path, token } = await aTask();
    return { path: `${path}/cancel`, token };
  },
};
