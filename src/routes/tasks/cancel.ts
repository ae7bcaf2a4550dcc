import { endpoint, json } from "../../endpoint/endpoint.ts";
import { TaskDetails, TaskParams } from "../../schemas/tasks.ts";
import { callOff } from "../../services/tasks.ts";

export const cancelTask = endpoint(
  {
    method: "post",
    path: "/tasks/{task_id}/cancel",
    operationId: "cancelTask",
    tags: ["tasks"],
    summary: "Cancel a task",
    description:
      "A waiting task does not run. A running one commits nothing more, but what it has done outside of the database stays done. 409 if it has ended.",
    access: "admin",
    request: { params: TaskParams },
    responses: { 200: json(TaskDetails, "The cancelled task") },
    errors: ["not_found", "task_ended"],
  },
  async (c) => {
    const task = await callOff(c.var, c.req.valid("param").task_id);
    return c.json(TaskDetails.parse(task), 200);
  },
);
