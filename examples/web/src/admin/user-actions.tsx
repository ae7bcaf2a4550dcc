import { type Account, ifMatch, unwrap } from "@plinth/client";
import { useMutation } from "@tanstack/react-query";
import { Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { api } from "../api.ts";
import { changed } from "../cache.ts";
import { Button } from "../parts/button.tsx";
import { sentenceOf } from "../parts/problem.tsx";
import { say } from "../parts/toasts.tsx";
import { accountId } from "../session.ts";

type Action = { label: string; done: string; run: () => Promise<unknown>; undo?: () => Promise<unknown> };

/** The actions of an admin on another account. Their own is on their own page. */
export function UserActions({ user }: { user: Account }) {
  const { mutate, isPending } = useMutation({
    mutationFn: ({ run }: Action) => run(),
    onSuccess: (_result, { done, undo }) => {
      const back = undo && (() => void undo().then(() => changed("/api/v1/users")));
      say(`${user.username} ${done}.`, back);
    },
    onError: (error) => say(sentenceOf(error)),
    onSettled: () => changed("/api/v1/users"),
  });
  if (user.id === accountId()) return <span className="faint">This is you</span>;
  const actions = actionsFor(user);
  return (
    <MenuTrigger>
      <Button isPending={isPending} aria-label={`Actions for ${user.username}`}>
        Actions
      </Button>
      <Popover className="popover">
        <Menu className="menu" onAction={(key) => actions[Number(key)] && mutate(actions[Number(key)] as Action)}>
          {actions.map(({ label }, place) => (
            <MenuItem key={label} id={String(place)} className="menu-item">
              {label}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

function actionsFor(user: Account): Action[] {
  const path = { id: user.id };
  const change = (body: { role?: Account["role"]; is_active?: boolean }) => async () =>
    unwrap(await api.PATCH("/api/v1/users/{id}", { params: { path, header: ifMatch(user) }, body }));
  return [
    user.role === "admin"
      ? { label: "Make a user", done: "is a user now", run: change({ role: "user" }) }
      : { label: "Make an admin", done: "is an admin now", run: change({ role: "admin" }) },
    user.is_active
      ? { label: "Deactivate", done: "is deactivated and signed out", run: change({ is_active: false }) }
      : { label: "Activate", done: "is active again", run: change({ is_active: true }) },
    {
      label: "Sign out everywhere",
      done: "is signed out everywhere",
      run: async () => unwrap(await api.DELETE("/api/v1/users/{id}/sessions", { params: { path } })),
    },
    {
      label: "Delete",
      done: "is deleted",
      run: async () => unwrap(await api.DELETE("/api/v1/users/{id}", { params: { path, header: ifMatch(user) } })),
      undo: async () => unwrap(await api.POST("/api/v1/users/{id}/restore", { params: { path } })),
    },
  ];
}
