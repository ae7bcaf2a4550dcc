import type { components } from "@plinth/client";
import { infinite } from "@plinth/client/tanstack";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { createRoute } from "@tanstack/react-router";
import { api } from "../api.ts";
import { Empty } from "../parts/empty.tsx";
import { Choice } from "../parts/fields.tsx";
import { More } from "../parts/more.tsx";
import { Page } from "../parts/page.tsx";
import { Reading } from "../parts/reading.tsx";
import { Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { adminsOnly } from "../shell/routes.tsx";
import { TaskActions } from "./task-actions.tsx";

type State = components["schemas"]["TaskState"];
const states = ["waiting", "running", "done", "dead", "cancelled"] as const satisfies readonly State[];
const choices = [{ value: "", label: "All" }, ...states.map((value) => ({ value, label: value }))];
const looks: Partial<Record<State, string>> = { done: "good", dead: "bad" };

export const tasks = createRoute({
  getParentRoute: () => adminsOnly,
  path: "/admin/tasks",
  validateSearch: ({ state }: Record<string, unknown>): { state?: State } => {
    const known = states.find((one) => one === state);
    return known ? { state: known } : {};
  },
  component: Tasks,
});

/** Work that runs after an answer, such as mails. */
function Tasks() {
  const search = tasks.useSearch();
  const navigate = tasks.useNavigate();
  const list = useInfiniteQuery({
    ...infinite(api, "/api/v1/tasks", { params: { query: { limit: 50, ...search } } }),
    placeholderData: keepPreviousData,
  });
  const found = list.data?.pages.flatMap(({ items }) => items);
  const choose = (value: string) => {
    const state = states.find((one) => one === value);
    void navigate({ search: state ? { state } : {}, replace: true });
  };
  return (
    <Page title="Tasks">
      <div className="tools">
        <Choice label="State" value={search.state ?? ""} options={choices} onChange={choose} />
      </div>
      <Reading query={list} />
      {found?.length === 0 && (
        <Empty title="No such task">
          <p>
            {search.state === "dead"
              ? "Nothing has failed for good."
              : "Tasks appear when something causes them, such as a mail."}
          </p>
        </Empty>
      )}
      {found && found.length > 0 && (
        <Table label="Tasks" columns={["Task", "State", "Attempts", "Time", "What to do"]}>
          {found.map((task) => (
            <tr key={task.id}>
              <th scope="row">
                {task.name}
                {task.error && <div className="faint">{task.error}</div>}
              </th>
              <td>
                <span className={`badge ${looks[task.state] ?? ""}`}>{task.state}</span>
              </td>
              <td>{task.attempt}</td>
              <td>
                <Time at={task.finished_at ?? task.run_at ?? task.created_at} />
              </td>
              <td>
                <TaskActions task={task} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <More {...list} />
    </Page>
  );
}
