import { createRootRoute, createRoute, Outlet, redirect } from "@tanstack/react-router";
import { api } from "../api.ts";
import { NotFound } from "./not-found.tsx";
import { Shell } from "./shell.tsx";
import { Starting, Unreachable } from "./starting.tsx";

/** Every page: asks once who is signed in. */
export const root = createRootRoute({
  beforeLoad: async () => {
    await api.session.start();
  },
  component: Shell,
  pendingComponent: Starting,
  errorComponent: Unreachable,
  notFoundComponent: NotFound,
});

/** Pages for users. A visitor signs in first, and comes back. */
export const membersOnly = createRoute({
  getParentRoute: () => root,
  id: "members",
  beforeLoad: ({ location }) => {
    if (api.session.state.status === "signed_out") {
      throw redirect({ to: "/sign-in", search: { next: location.href }, replace: true });
    }
  },
  component: Outlet,
});

/** Pages for admins. The API decides in the end: this only spares others a page full of errors. */
export const adminsOnly = createRoute({
  getParentRoute: () => membersOnly,
  id: "admins",
  beforeLoad: () => {
    const { state } = api.session;
    if (state.status === "signed_in" && state.user.role !== "admin") throw redirect({ to: "/items", replace: true });
  },
  component: Outlet,
});
