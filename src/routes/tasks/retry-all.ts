import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { TasksRetried, TasksRetry } from "../../schemas/tasks.ts";
import { beginAllAnew } from "../../services/tasks.ts";

export const retryTasks = endpoint(
  {
    method: "post",
    path: "/tasks/retry",
    operationId: "retryTasks",
    tags: ["tasks"],
    summary: "Retry all tasks of a name",
    description:
      "For use after an outage or a revoked key. Dead tasks begin anew, oldest first, with all their attempts, and so do cancelled or waiting ones if `state` says so. If the tasks of this name had a rest, it ends. They run after the answer. Of dead tasks under one key, only the oldest begins anew, and none does while another one waits under that key.",
    access: "admin",
    request: { body: body(TasksRetry) },
    responses: { 200: json(TasksRetried, "The number of tasks that wait now") },
  },
  async (c) => c.json(TasksRetried.parse(await beginAllAnew(c.var, c.req.valid("json"))), 200),
);
