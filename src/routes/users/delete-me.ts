import { body, endpoint } from "../../endpoint/endpoint.ts";
import { AccountDeletion } from "../../schemas/auth.ts";
import { deleteOwnAccount } from "../../services/account-deletion.ts";

export const deleteMe = endpoint(
  {
    method: "post",
    path: "/users/me/deletion",
    operationId: "deleteMe",
    tags: ["users"],
    summary: "Delete your account",
    description:
      "Takes your current password. An organization of yours that has other members must be transferred or deleted first. Every token of the account stops working, and its e-mail address and username become free. During the grace period `POST /auth/restore` undoes the deletion; after it, the data is purged.",
    access: "user",
    rate: "sign_in",
    // The current password is checked in between.
    roundTrips: 2,
    changes: { "account.deleted": "password" },
    request: { body: body(AccountDeletion) },
    responses: { 204: { description: "Deleted" } },
    errors: ["wrong_password", "too_many_attempts", "busy", "last_admin", "owner_required"],
  },
  async (c) => {
    await deleteOwnAccount(c.var, c.req.valid("json"));
    return c.body(null, 204);
  },
);
