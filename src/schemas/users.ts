import { z } from "@hono/zod-openapi";
import { roles } from "../values.ts";
import { changesSomething, ETag, Id, Timestamp } from "./common.ts";
import { pageOf } from "./pages.ts";
import { NewPassword } from "./passwords.ts";
import { Email, text } from "./text.ts";

const Username = z.stringFormat("username", /^[A-Za-z0-9_.-]{3,50}$/).openapi({ example: "ada" });
const FullName = text({ min: 1, max: 200 }).nullable().openapi({ example: "Ada Lovelace" });
const Role = z.enum(roles);

export const User = z
  .object({
    id: Id,
    email: z.string().openapi({ example: "ada@example.com" }),
    username: z.string().openapi({ example: "ada" }),
    full_name: z.string().nullable().openapi({ example: "Ada Lovelace" }),
    role: Role,
    is_active: z.boolean(),
    email_verified_at: Timestamp.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
    etag: ETag,
  })
  .openapi("User");

/** The public fields of a user. */
export const PublicProfile = User.pick({ id: true, username: true, full_name: true }).openapi("PublicProfile");

export const UserCreate = z
  .strictObject({ email: Email, username: Username, full_name: FullName.optional(), password: NewPassword })
  .openapi("UserCreate");
export type UserCreate = z.output<typeof UserCreate>;

/** Only admins may set `email`, `is_active` and `role`. */
export const UserUpdate = z
  .strictObject({ email: Email, username: Username, full_name: FullName, is_active: z.boolean(), role: Role })
  .partial()
  .check(changesSomething)
  .openapi("UserUpdate", { minProperties: 1 });
export type UserUpdate = z.output<typeof UserUpdate>;

export const UserPage = pageOf(User).openapi("UserPage");
export const UserQuery = z.object({
  // The index finds no part of fewer than three characters.
  q: text({ min: 3, max: 200 }).optional().openapi({
    description: "A part of the name, username or e-mail address, in any letter case",
    example: "example.com",
  }),
});
