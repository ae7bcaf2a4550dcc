import { Tasks } from "../../crud/tasks.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { TaskPage, TaskQuery } from "../../schemas/tasks.ts";

export const listTasks = endpoint(
  {
    method: "get",
    path: "/tasks",
    operationId: "listTasks",
    tags: ["tasks"],
    summary: "List tasks",
    description: "Newest first, a page at a time, filtered by name, state or time.",
    access: "admin",
    paged: true,
    request: { query: TaskQuery },
    responses: { 200: json(TaskPage, "A page of tasks") },
  },
  async (c) => {
    const { db, run, page } = c.var;
    const query = c.req.valid("query");
    const { name, state, after: since, before: until } = query;
    const tasks = await page(query, (at) => run(Tasks.list(db, { name, state, since, until }, at)));
    return c.json(TaskPage.parse(tasks), 200);
  },
);
