/**
 * The paths of all pages. The build writes a file for each, so that any static host serves it, and the API keeps every
 * other path: an id is therefore in the query, as in `/item?id=…`.
 */
export const paths = [
  "/",
  "/sign-up",
  "/verify-email",
  "/sign-in",
  "/forgot-password",
  "/reset-password",
  "/restore-account",
  "/confirm-email",
  "/accept-invitation",
  "/account",
  "/items",
  "/item",
  "/deleted-items",
  "/public",
  "/public-item",
  "/admin/users",
  "/admin/audit-events",
  "/admin/tasks",
] as const;
