import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { asc, eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { Users } from "../../src/crud/users.ts";
import type { Database } from "../../src/db/client.ts";
import { users } from "../../src/db/schema.ts";
import { hashPassword, verifyPassword } from "../../src/security/passwords.ts";
import { readText } from "../text.ts";
import { seeds } from "./seeds.ts";

const Credentials = z.object({ email: z.string(), password: z.string() });
export type Credentials = z.infer<typeof Credentials>;

/** Keyed by database: a developer may have several. */
const Admins = z.record(z.string(), Credentials);

/** Fills a database, which may have been filled before. `admin` is the first one of the database. */
export type Seeds = (target: { db: Database; admin: { id: string; email: string } }) => Promise<void>;

/**
 * Gives an empty database its first admin and the rows of dev/local/seeds.ts. Answers the admin's credentials while
 * they are valid, from `file` on a later start.
 */
export async function seed(db: Database, file: string, database: string): Promise<Credentials | undefined> {
  const admins = await readAdmins(file);
  const [anyone] = await db.select({ id: users.id }).from(users).limit(1);
  if (anyone) return stillValid(db, admins[database]);
  const admin = { email: "admin@example.com", password: randomBytes(18).toString("base64url") };
  const password_hash = await hashPassword(admin.password);
  // Saved before the rows, so that a failure in between locks nobody out.
  await writeFile(file, JSON.stringify({ ...admins, [database]: admin }, undefined, 2), { mode: 0o600 });
  const names = { username: "admin", full_name: "First Admin" };
  await Users.insert(db, { id: uuidv7(), email: admin.email, ...names, role: "admin", password_hash });
  await seedAgain(db);
  return admin;
}

/** Calls dev/local/seeds.ts; false without an admin to own its rows. */
export async function seedAgain(db: Database): Promise<boolean> {
  const admins = db.select({ id: users.id, email: users.email }).from(users).where(eq(users.role, "admin"));
  const [admin] = await admins.orderBy(asc(users.created_at)).limit(1);
  if (admin) await seeds({ db, admin });
  return admin !== undefined;
}

async function readAdmins(file: string): Promise<z.infer<typeof Admins>> {
  try {
    return Admins.parse(JSON.parse(await readText(file)));
  } catch {
    return {};
  }
}

async function stillValid(db: Database, admin: Credentials | undefined): Promise<Credentials | undefined> {
  if (!admin) return undefined;
  const [user] = await Users.findByLogin(db, admin.email);
  return user?.is_active && (await verifyPassword(admin.password, user.password_hash)) ? admin : undefined;
}
