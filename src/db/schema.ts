import { sql } from "drizzle-orm";
import { boolean, check, customType, index, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";

/** A point in time as the wire has it: RFC 3339 in UTC with milliseconds, which is also all that is stored. */
const timestamp = customType<{ data: string; driverData: string }>({
  dataType: () => "timestamp(3) with time zone",
  fromDriver: (value) => new Date(value).toISOString(),
});

const timestamps = {
  created_at: timestamp().notNull().default(sql`now()`),
  updated_at: timestamp().notNull().default(sql`now()`),
  deleted_at: timestamp(),
};

export const users = pgTable(
  "users",
  {
    id: uuid().primaryKey(),
    email: text().notNull(),
    username: text().notNull(),
    full_name: text(),
    role: text({ enum: ["user", "admin"] })
      .notNull()
      .default("user"),
    is_active: boolean().notNull().default(true),
    password_hash: text().notNull(),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("users_email_key").on(sql`lower(${table.email})`).where(sql`${table.deleted_at} is null`),
    uniqueIndex("users_username_key").on(sql`lower(${table.username})`).where(sql`${table.deleted_at} is null`),
    check("users_role_check", sql`${table.role} in ('user', 'admin')`),
  ],
);

export const items = pgTable(
  "items",
  {
    id: uuid().primaryKey(),
    owner_id: uuid()
      .notNull()
      .references(() => users.id),
    title: text().notNull(),
    description: text(),
    ...timestamps,
  },
  (table) => [index("items_owner_live_idx").on(table.owner_id, table.id).where(sql`${table.deleted_at} is null`)],
);
