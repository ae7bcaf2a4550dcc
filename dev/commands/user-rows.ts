import { createHash } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { UserCreate } from "../../src/schemas/users.ts";
import { adopted } from "../../src/security/foreign-hashes.ts";
import { isVerifiable } from "../../src/security/passwords.ts";
import type { Role } from "../../src/values.ts";

/** A row of the table `users`, as an import writes it. */
export type UserRow = {
  id: string;
  email: string;
  username: string;
  full_name: string | null;
  role: Role;
  is_active: boolean;
  password_hash: string;
  email_verified_at: string | null;
  created_at: string | null;
};

/** The reason why a row cannot be imported, without any of its values. */
export type RowFault = { field: string; rule: string };

/** FastAPI's names of each column, in order of preference. */
const names = {
  id: ["id", "uuid", "user_id"],
  email: ["email"],
  username: ["username"],
  full_name: ["full_name", "name"],
  password_hash: ["hashed_password", "password_hash"],
  is_active: ["is_active"],
  is_superuser: ["is_superuser", "is_admin"],
  is_verified: ["is_verified", "email_verified"],
  created_at: ["created_at"],
};

const Flag = z.union([
  z.boolean(),
  z.stringbool({ truthy: ["true", "t", "1"], falsy: ["false", "f", "0"] }),
  z.literal([0, 1]).transform(Boolean),
]);
const flag = (unset: boolean) => Flag.nullable().transform((value) => value ?? unset);

/** A time in ISO 8601, or as Python and Postgres print it; UTC by default. */
const Time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?( ?(Z|UTC|[+-]\d\d(:?\d\d)?))?$/)
  .transform(toInstant)
  .pipe(z.date());

const Record = z.object({
  id: z.union([z.string(), z.number()]).transform(String).nullable(),
  email: UserCreate.shape.email,
  username: UserCreate.shape.username.nullable(),
  full_name: UserCreate.shape.full_name.unwrap(),
  password_hash: z.string().transform(adopted).refine(isVerifiable),
  is_active: flag(true),
  is_superuser: flag(false),
  is_verified: flag(false),
  created_at: Time.nullable(),
});

const rules: { [K in keyof typeof names]: string } = {
  id: "must be text or a number",
  email: "must be an e-mail address of at most 254 characters",
  username: "must be 3 to 50 of A-Z a-z 0-9 _ . -",
  full_name: "must have 1 to 200 characters, and not be blank",
  password_hash:
    "must be bcrypt (cost 4 to 14), scrypt (32 MiB in 4 passes), argon2id (64 MiB in 3 passes) or PBKDF2-SHA256 (1,500,000 rounds), or cost less",
  is_active: "must be true or false",
  is_superuser: "must be true or false",
  is_verified: "must be true or false",
  created_at: "must be a time such as 2026-11-23T09:30:00Z",
};

/**
 * Converts a record of a FastAPI table to a user, or to the reason why it is not one. The same record makes the same
 * user.
 */
export function toUserRow(record: Record<string, unknown>): UserRow | RowFault {
  const fields = Object.entries(names).map(([field, columns]) => [field, cellOf(record, columns)]);
  const result = Record.safeParse(Object.fromEntries(fields));
  if (!result.success) {
    const field = String(result.error.issues[0]?.path[0]);
    const isMissing = fields.some(([name, value]) => name === field && value === null);
    return { field, rule: isMissing ? "is missing" : (rules[field as keyof typeof rules] ?? "is not valid") };
  }
  const { id: source, is_superuser, is_verified, created_at, ...user } = result.data;
  const id = idOf(source, user.email, created_at);
  return {
    ...user,
    id,
    username: user.username ?? usernameOf(user.email, id),
    role: is_superuser ? "admin" : "user",
    email_verified_at: is_verified ? (created_at ?? new Date()).toISOString() : null,
    created_at: created_at?.toISOString() ?? null,
  };
}

/** The columns that an import ignores. */
export function ignoredColumns(columns: string[]): string[] {
  const known = new Set(Object.values(names).flat());
  return columns.filter((column) => !known.has(column.toLowerCase()));
}

/** A blank cell and Postgres' `\N` mean no value. */
function cellOf(record: Record<string, unknown>, columns: string[]): unknown {
  const lower = Object.fromEntries(Object.entries(record).map(([name, value]) => [name.toLowerCase(), value]));
  const value = columns.map((column) => lower[column]).find((one) => one !== undefined);
  return value === undefined || /^(\s*|\\N)$/.test(String(value)) ? null : value;
}

/** Keeps a UUID; anything else becomes a UUIDv7 of the sign-up time, with a random part derived from the identity. */
function idOf(source: string | null, email: string, created: Date | null): string {
  if (source !== null && z.uuid().safeParse(source).success) return source.toLowerCase();
  const random = createHash("sha256")
    .update(`${source ?? ""} ${email.toLowerCase()}`)
    .digest();
  return uuidv7({ msecs: Math.max(0, created?.getTime() ?? 0), random, seq: random.readUInt32BE(16) });
}

/** Makes a unique username for a table without them: users who sign in by e-mail hardly need one. */
function usernameOf(email: string, id: string): string {
  const local = email.split("@")[0]?.replaceAll(/[^A-Za-z0-9_.-]/g, "") ?? "";
  return `${local.slice(0, 37)}-${id.slice(-12)}`;
}

function toInstant(text: string): Date {
  const [, date = "", time = "00:00", zone = "Z"] = /^(\S{10})(?:[T ]([\d:.,]+))? ?(\S+)?$/.exec(text) ?? [];
  const offset =
    zone === "UTC" ? "Z" : zone.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours, minutes) => `${hours}:${minutes ?? "00"}`);
  return new Date(`${date}T${time.replace(",", ".").replace(/(\.\d{3})\d+/, "$1")}${offset}`);
}
