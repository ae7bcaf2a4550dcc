import type { components } from "@plinth/client";
import { infinite } from "@plinth/client/tanstack";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { createRoute } from "@tanstack/react-router";
import { api } from "../api.ts";
import { Empty } from "../parts/empty.tsx";
import { eventName } from "../parts/event-name.ts";
import { Choice } from "../parts/fields.tsx";
import { More } from "../parts/more.tsx";
import { Page } from "../parts/page.tsx";
import { Reading } from "../parts/reading.tsx";
import { Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { adminsOnly } from "../shell/routes.tsx";

type Kind = components["schemas"]["AuditKind"];
const kinds = [
  "sign_in.succeeded",
  "sign_in.failed",
  "sign_in.throttled",
  "sign_in.new_network",
  "session.replayed",
  "account.created",
  "account.deleted",
  "account.role_changed",
  "account.deactivated",
  "email.changed",
  "password.changed",
  "password.reset",
] as const satisfies readonly Kind[];
const choices = [{ value: "", label: "All" }, ...kinds.map((value) => ({ value, label: eventName(value) }))];

export const auditEvents = createRoute({
  getParentRoute: () => adminsOnly,
  path: "/admin/audit-events",
  validateSearch: ({ kind }: Record<string, unknown>): { kind?: (typeof kinds)[number] } => {
    const known = kinds.find((one) => one === kind);
    return known ? { kind: known } : {};
  },
  component: AuditEvents,
});

/** The events of all accounts: who, what, when, from where. */
function AuditEvents() {
  const search = auditEvents.useSearch();
  const navigate = auditEvents.useNavigate();
  const list = useInfiniteQuery({
    ...infinite(api, "/api/v1/audit-events", { params: { query: { limit: 50, ...search } } }),
    placeholderData: keepPreviousData,
  });
  const events = list.data?.pages.flatMap(({ items }) => items);
  const choose = (value: string) => {
    const kind = kinds.find((one) => one === value);
    void navigate({ search: kind ? { kind } : {}, replace: true });
  };
  return (
    <Page title="Events">
      <div className="tools">
        <Choice label="Kind" value={search.kind ?? ""} options={choices} onChange={choose} />
      </div>
      <Reading query={list} />
      {events?.length === 0 && (
        <Empty title="Nothing of this kind has happened">
          <p>Choose another kind, or all of them.</p>
        </Empty>
      )}
      {events && events.length > 0 && (
        <Table label="Events" columns={["When", "What", "Account", "From"]}>
          {events.map(({ id, created_at, kind, user_id, actor_id, network, details }) => (
            <tr key={id}>
              <td>
                <Time at={created_at} />
              </td>
              <th scope="row">
                {eventName(kind)}
                <div className="faint">
                  {Object.entries(details)
                    .map((entry) => entry.join(": "))
                    .join(", ")}
                </div>
              </th>
              <td className="mono">
                {user_id ?? "–"}
                {actor_id !== null && actor_id !== user_id && <div className="faint">by {actor_id}</div>}
              </td>
              <td>{network ?? "–"}</td>
            </tr>
          ))}
        </Table>
      )}
      <More {...list} />
    </Page>
  );
}
