import { infinite } from "@plinth/client/tanstack";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { createRoute } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { api } from "../api.ts";
import { Empty } from "../parts/empty.tsx";
import { TextInput } from "../parts/fields.tsx";
import { More } from "../parts/more.tsx";
import { Page } from "../parts/page.tsx";
import { Reading } from "../parts/reading.tsx";
import { Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { adminsOnly } from "../shell/routes.tsx";
import { UserActions } from "./user-actions.tsx";

export const users = createRoute({ getParentRoute: () => adminsOnly, path: "/admin/users", component: Users });

function Users() {
  const [typed, setTyped] = useState("");
  const q = useDeferredValue(typed.trim());
  const list = useInfiniteQuery({
    ...infinite(api, "/api/v1/users", { params: { query: { limit: 30, ...(q && { q }) } } }),
    placeholderData: keepPreviousData,
  });
  const found = list.data?.pages.flatMap(({ items }) => items);
  return (
    <Page title="Users">
      <search className="tools">
        <TextInput label="Search" value={typed} onChange={setTyped} maxLength={200} />
      </search>
      <Reading query={list} />
      {found?.length === 0 && (
        <Empty title="No such user">
          <p>The search finds the beginnings of usernames, names and e-mail addresses.</p>
        </Empty>
      )}
      {found && found.length > 0 && (
        <Table label="Users" columns={["User", "State", "Since", "What to do"]}>
          {found.map((user) => (
            <tr key={user.id}>
              <th scope="row">
                {user.username}
                <div className="faint">{user.email}</div>
              </th>
              <td>
                {user.role === "admin" && <span className="badge">Admin</span>}{" "}
                {!user.is_active && <span className="badge bad">Deactivated</span>}{" "}
                {user.email_verified_at === null && <span className="badge">Not verified</span>}
              </td>
              <td>
                <Time at={user.created_at} />
              </td>
              <td>
                <UserActions user={user} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <More {...list} />
    </Page>
  );
}
