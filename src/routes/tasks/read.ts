import { Tasks } from "../../crud/tasks.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { TaskDetails, TaskParams } from "../../schemas/tasks.ts";

export const readTask = endpoint(
  {
    method: "get",
    path: "/tasks/{task_id}",
    operationId: "readTask",
    tags: ["tasks"],
    summary: "Read a task",
    description: "With its input, and the error of its last attempt.",
    access: "admin",
    request: { params: TaskParams },
    responses: { 200: json(TaskDetails, "The task") },
    errors: ["not_found"],
  },
  async (c) => {
    const { db, run } = c.var;
    const [task] = await run(Tasks.find(db, c.req.valid("param").task_id));
    if (!task) notFound();
    return c.json(TaskDetails.parse(task), 200);
  },
);
