import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { insertItem } from "../src/crud/items.ts";
import { findUserByLogin, insertUser } from "../src/crud/users.ts";
import type { Database } from "../src/db/client.ts";
import { users } from "../src/db/schema.ts";
import { hashPassword, verifyPassword } from "../src/security/passwords.ts";

const Credentials = z.object({ email: z.string(), password: z.string() });
export type Credentials = z.infer<typeof Credentials>;

const titles = ["Try the documentation page", "Add an endpoint", "Deploy"];

/**
 * Gives an empty database its first admin and a few items. Answers the admin's credentials as long as they hold:
 * a later start finds them in `folder`.
 */
export async function seed(db: Database, folder: string): Promise<Credentials | undefined> {
  const file = join(folder, "admin.json");
  const [anyone] = await db.select({ id: users.id }).from(users).limit(1);
  if (anyone) return stillValid(db, file);
  const admin = { email: "admin@example.com", password: randomBytes(18).toString("base64url") };
  const id = uuidv7();
  const password_hash = await hashPassword(admin.password);
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
  await writeFile(file, JSON.stringify(admin), { mode: 0o600 });
  return admin;
}

async function stillValid(db: Database, file: string): Promise<Credentials | undefined> {
  const text = await readFile(file, "utf8").catch(() => "null");
  const { data } = Credentials.safeParse(JSON.parse(text));
  if (!data) return undefined;
  const [user] = await findUserByLogin(db, data.email);
  return user && (await verifyPassword(data.password, user.password_hash)) ? data : undefined;
}
