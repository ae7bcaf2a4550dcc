import { endpoint, json } from "../../endpoint/endpoint.ts";
import { TaskDetails, TaskParams } from "../../schemas/tasks.ts";
import { beginAnew } from "../../services/tasks.ts";

export const retryTask = endpoint(
  {
    method: "post",
    path: "/tasks/{task_id}/retry",
    operationId: "retryTask",
    tags: ["tasks"],
    summary: "Retry a task",
    description:
      "A dead or cancelled task begins anew, with all its attempts, and a waiting one does not wait any longer. It runs after the answer. 409 if it runs or is done, or if another one waits under its key.",
    access: "admin",
    request: { params: TaskParams },
    responses: { 200: json(TaskDetails, "The task, which waits") },
    errors: ["not_found", "task_ended", "task_waiting"],
  },
  async (c) => {
    const task = await beginAnew(c.var, c.req.valid("param").task_id);
    return c.json(TaskDetails.parse(task), 200);
  },
);
