import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { insertItem } from "../../src/crud/items.ts";
import { findUserByLogin, insertUser } from "../../src/crud/users.ts";
import type { Database } from "../../src/db/client.ts";
import { users } from "../../src/db/schema.ts";
import { hashPassword, verifyPassword } from "../../src/security/passwords.ts";

const Credentials = z.object({ email: z.string(), password: z.string() });
export type Credentials = z.infer<typeof Credentials>;

/** By the database that they belong to: a developer may have several. */
const Admins = z.record(z.string(), Credentials);

const titles = ["Try the documentation page", "Add an endpoint", "Deploy"];

/**
 * Gives an empty database its first admin and a few items. Answers the admin's credentials as long as they hold:
 * a later start finds them in `file`, under the name of the database.
 */
export async function seed(db: Database, file: string, database: string): Promise<Credentials | undefined> {
  const admins = await readAdmins(file);
  const [anyone] = await db.select({ id: users.id }).from(users).limit(1);
  if (anyone) return stillValid(db, admins[database]);
  const admin = { email: "admin@example.com", password: randomBytes(18).toString("base64url") };
  const id = uuidv7();
  const password_hash = await hashPassword(admin.password);
  // Before the rows: whatever happens in between, nobody is locked out.
  await writeFile(file, JSON.stringify({ ...admins, [database]: admin }, undefined, 2), { mode: 0o600 });
  await db.batch([
    insertUser(db, {
      id,
      email: admin.email,
      username: "admin",
      full_name: "First Admin",
      role: "admin",
      password_hash,
    }),
    ...titles.map((title) => insertItem(db, { id: uuidv7(), owner_id: id, title })),
  ]);
  return admin;
}

async function readAdmins(file: string): Promise<z.infer<typeof Admins>> {
  try {
    return Admins.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return {};
  }
}

async function stillValid(db: Database, admin: Credentials | undefined): Promise<Credentials | undefined> {
  if (!admin) return undefined;
  const [user] = await findUserByLogin(db, admin.email);
  return user?.is_active && (await verifyPassword(admin.password, user.password_hash)) ? admin : undefined;
}
