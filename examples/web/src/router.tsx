import { createRouter } from "@tanstack/react-router";
import { acceptInvitation } from "./account/accept-invitation.tsx";
import { account } from "./account/account.tsx";
import { confirmEmail } from "./account/confirm-email.tsx";
import { forgotPassword } from "./account/forgot-password.tsx";
import { resetPassword } from "./account/reset-password.tsx";
import { restoreAccount } from "./account/restore-account.tsx";
import { signIn } from "./account/sign-in.tsx";
import { signUp } from "./account/sign-up.tsx";
import { verifyEmail } from "./account/verify-email.tsx";
import { auditEvents } from "./admin/audit-events.tsx";
import { tasks } from "./admin/tasks.tsx";
import { users } from "./admin/users.tsx";
import { deletedItems } from "./items/deleted-items.tsx";
import { editItem } from "./items/edit-item.tsx";
import { items } from "./items/items.tsx";
import type { paths } from "./paths.ts";
import { publicItem } from "./public/public-item.tsx";
import { publicItems } from "./public/public-items.tsx";
import { adminsOnly, membersOnly, root } from "./shell/routes.tsx";
import { welcome } from "./shell/welcome.tsx";

const tree = root.addChildren([
  welcome,
  signUp,
  verifyEmail,
  signIn,
  forgotPassword,
  resetPassword,
  restoreAccount,
  confirmEmail,
  acceptInvitation,
  publicItems,
  publicItem,
  membersOnly.addChildren([
    items,
    editItem,
    deletedItems,
    account,
    adminsOnly.addChildren([users, auditEvents, tasks]),
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  scrollRestoration: true,
  defaultPreload: false,
  // A query cannot make a page of another type of value: `?id=5` is text.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
    const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return text && `?${text}`;
  },
});

/** Fails to compile where paths.ts lacks a page. */
type Missing = Exclude<keyof typeof router.routesByPath, (typeof paths)[number]>;
true satisfies [Missing] extends [never] ? true : Missing;

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
