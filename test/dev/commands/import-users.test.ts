import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { hash } from "bcryptjs";
import { afterAll, describe, expect, inject, it } from "vitest";
import { importUsers } from "../../../dev/commands/import-users.ts";
import { toUserRow } from "../../../dev/commands/user-rows.ts";
import { projectFolder } from "../../../dev/config.ts";
import { postgres } from "../../../dev/local/postgres.ts";
import { createDatabase } from "../../../dev/local/throwaway/database.ts";
import { migrate } from "../../../dev/migrations/migrate.ts";
import { verifyPassword } from "../../../src/security/passwords.ts";

const folder = await mkdtemp(join(tmpdir(), "plinth-import-"));
const { url, drop } = await createDatabase(inject("postgres"));
const database = postgres(url);
await migrate(database);
afterAll(async () => {
  await database.close();
  await drop();
  await rm(folder, { recursive: true });
});

const bcrypt = await hash("correct horse battery", 4);
const header = "id,email,username,full_name,hashed_password,is_active,is_superuser,created_at,shoe_size";

async function fileOf(name: string, lines: string[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, lines.join("\n"));
  return file;
}

async function run(file: string, dryRun = false) {
  const log: string[] = [];
  const result = await importUsers(database, file, { dryRun, log: (text) => log.push(text) });
  return { ...result, log };
}

async function stored(email: string): Promise<(string | null)[] | undefined> {
  const query =
    "select id, username, full_name, role, is_active, password_hash, created_at from users where email = $1";
  return (await database.run({ query, params: [email] })).rows[0];
}

/** The command as a developer runs it. */
async function command(...args: string[]) {
  const script = join(projectFolder, "dev/commands/import-users.ts");
  const env = { PATH: process.env.PATH, DATABASE_URL: url };
  return promisify(execFile)(process.execPath, [script, ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

describe("npm run users:import", () => {
  it("records an event for each user, where the list and the purge of events look for its time", async () => {
    const emails = ["first@event.test", "second@event.test"];
    const lines = emails.map((email) => `,${email},,,${bcrypt},true,false,2020-01-01T00:00:00Z,`);
    const began = Date.now();
    expect(await run(await fileOf("events.csv", [header, ...lines]))).toMatchObject({ imported: 2 });
    const query = `
      select audit_events.id from audit_events join users on users.id = user_id where email like '%@event.test'`;
    const { rows } = await database.run({ query, params: [] });
    expect(rows).toHaveLength(2);
    for (const [id] of rows) {
      const at = Number.parseInt(`${id}`.replace("-", "").slice(0, 12), 16);
      expect(at).toBeGreaterThanOrEqual(began);
      expect(at).toBeLessThanOrEqual(Date.now());
    }
  });

  it("promise 9: brings a FastAPI table over, with passwords that log in", async () => {
    const file = await fileOf("users.csv", [
      header,
      `1,ada@example.org,ada.l,"Lovelace, Ada",${bcrypt},True,True,2023-01-02 03:04:05.678901,40`,
      `2,bob@example.org,bob," ",${bcrypt},f,0,2024-05-06T07:08:09+02:00,`,
    ]);
    const { log, ...result } = await run(file);
    expect(log).toStrictEqual([]);
    expect(result).toStrictEqual({ read: 2, imported: 2, admins: 1, present: 0, refused: 0, ignored: ["shoe_size"] });
    const [id, username, name, role, active, phc, created] = (await stored("ada@example.org")) ?? [];
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([username, name, role, active]).toStrictEqual(["ada.l", "Lovelace, Ada", "admin", "t"]);
    expect(new Date(created ?? "").toISOString()).toBe("2023-01-02T03:04:05.678Z");
    expect(await verifyPassword("correct horse battery", phc ?? "")).toBe(true);
    const bob = (await stored("bob@example.org")) ?? [];
    expect(bob.slice(1, 5)).toStrictEqual(["bob", null, "user", "f"]);
    expect(new Date(bob[6] ?? "").toISOString()).toBe("2024-05-06T05:08:09.000Z");
  });

  it("is safe to run twice, also when users have changed in between", async () => {
    const file = await fileOf("twice.csv", [
      "id,email,username,hashed_password",
      `7,carol@example.org,carol,${bcrypt}`,
      `8,dan@example.org,dan,${bcrypt}`,
    ]);
    expect(await run(file)).toMatchObject({ imported: 2, present: 0, refused: 0 });
    await database.run({ query: "update users set email = 'moved@example.org' where username = 'carol'", params: [] });
    expect(await run(file)).toMatchObject({ imported: 0, present: 2, refused: 0 });
    expect(await stored("carol@example.org")).toBeUndefined();
  });

  it("refuses bad rows by line, field and rule, without a password, hash or whole address", async () => {
    const file = await fileOf("bad.csv", [
      "id,email,username,hashed_password,is_active,created_at",
      `1,nobody,nobody,${bcrypt},1,`,
      `2,erin@example.org,e r,${bcrypt},1,`,
      "3,frank@example.org,frank,pbkdf2_sha256$1000$salt$hash,1,",
      `4,grace@example.org,grace,${bcrypt},maybe,`,
      `5,heidi@example.org,heidi,${bcrypt},1,yesterday`,
      `6,,ivan,${bcrypt},1,`,
      "7,judy@example.org",
      `8,kim@example.org,kim,${bcrypt},1,`,
      `9,KIM@example.org,kim2,${bcrypt},1,`,
      `10,kim3@example.org,KIM,${bcrypt},1,`,
    ]);
    for (const dryRun of [true, false]) {
      const { log, refused, imported } = await run(file, dryRun);
      expect([imported, refused]).toStrictEqual([1, 9]);
      expect(log.toSorted()).toStrictEqual(
        [
          "line 2: email must be an e-mail address of at most 254 characters",
          "line 3: username must be 3 to 50 of A-Z a-z 0-9 _ . - (e***@example.org)",
          "line 4: password_hash must be bcrypt (cost 4 to 14), scrypt (32 MiB in 4 passes), argon2id (64 MiB in 3 passes) or PBKDF2-SHA256 (1,500,000 rounds), or cost less (f***@example.org)",
          "line 5: is_active must be true or false (g***@example.org)",
          "line 6: created_at must be a time such as 2026-11-23T09:30:00Z (h***@example.org)",
          "line 7: email is missing",
          "line 8: row is not CSV with the columns of the first row",
          "line 10: email belongs to another account (K***@example.org)",
          "line 11: username belongs to another account (k***@example.org)",
        ].toSorted(),
      );
      expect(await stored("kim@example.org")).toStrictEqual(dryRun ? undefined : expect.anything());
    }
  });

  it("reads JSON lines, keeps UUIDs, and makes a username where the table has none", async () => {
    const id = crypto.randomUUID();
    const file = await fileOf("users.jsonl", [
      JSON.stringify({ id, email: "l@example.org", hashed_password: bcrypt, is_active: true, is_verified: true }),
      "",
      "not json",
      "[1]",
    ]);
    const { log, ...result } = await run(file);
    expect(result).toMatchObject({ read: 3, imported: 1, refused: 2 });
    expect(log).toStrictEqual(["line 3: row is not a JSON object", "line 4: row is not a JSON object"]);
    const [storedId, username] = (await stored("l@example.org")) ?? [];
    expect([storedId, username]).toStrictEqual([id, `l-${id.slice(-12)}`]);
  });

  it("refuses rows that are not UTF-8, by line, and keeps each name as it is", async () => {
    const latin1 = (text: string) => Buffer.from(text, "latin1");
    const csv = join(folder, "latin1.csv");
    await writeFile(
      csv,
      Buffer.concat([
        Buffer.from(`\ufeffemail,full_name,hashed_password\njose@example.com,José 🔑,${bcrypt}\n`),
        latin1(`jose.latin1@example.com,Jos\xe9,${bcrypt}\n`),
      ]),
    );
    const result = await run(csv);
    expect(result).toMatchObject({ read: 2, imported: 1, refused: 1 });
    expect(result.log).toStrictEqual(["line 3: row is not UTF-8"]);
    expect((await stored("jose@example.com"))?.[2]).toBe("José 🔑");

    const record = (email: string, full_name: string) => JSON.stringify({ email, full_name, hashed_password: bcrypt });
    const jsonl = join(folder, "latin1.jsonl");
    const lines = [record("one@example.com", "One\u2028line"), record("two@example.com", "Jos\xe9")];
    await writeFile(jsonl, Buffer.concat([Buffer.from(`${lines[0]}\n`), latin1(`${lines[1]}\n`)]));
    expect((await run(jsonl)).log).toStrictEqual(["line 2: row is not UTF-8"]);
    expect((await stored("one@example.com"))?.[2]).toBe("One\u2028line");
  });

  it.each([
    ["empty.csv", "", /has no first row/],
    ["blank.csv", "\n\n", /has no first row/],
    ["headless.csv", `ada@example.com,ada,${bcrypt}\n`, /must name the columns/],
    ["twice.csv", "email,Email,hashed_password\n", /names the column email twice/],
    ["latin1-head.csv", Buffer.from("email,pr\xe9nom\n", "latin1"), /The first row .* is not UTF-8/],
    ["utf16.csv", Buffer.from("\ufeffemail,hashed_password\n", "utf16le"), /is UTF-16/],
    ["empty.jsonl", "\n", /holds no users/],
  ])("ends with an error for %s", async (name, content, reason) => {
    const file = join(folder, name);
    await writeFile(file, content);
    await expect(run(file)).rejects.toThrow(
      expect.objectContaining({ name: "CommandError", message: expect.stringMatching(reason) }),
    );
  });

  it("as a command ends with 1 and the reason alone", async () => {
    const { code, stdout, stderr } = await command(await fileOf("nobody.csv", []));
    expect([code, stdout]).toStrictEqual([1, ""]);
    expect(stderr).toMatch(/has no first row/);
    expect(stderr).not.toMatch(/ at .*\.ts:\d+/);
  });

  it("streams: 12,345 rows in batches, with progress", async () => {
    const rows = Array.from({ length: 12_345 }, (_, i) => `${i},many${i}@example.org,many${i},${bcrypt}`);
    const file = await fileOf("many.csv", ["id,email,username,password_hash", ...rows]);
    expect(await run(file)).toMatchObject({ imported: 12_345, refused: 0, log: ["… 10000 rows read"] });
  });

  it("as a command reports its result and the next step, and exits with 2 if a row was refused", async () => {
    const file = await fileOf("command.csv", ["email,username,password_hash", `m@example.org,mallory,${bcrypt}`]);
    const dry = await command(file, "--dry-run");
    expect(dry).toMatchObject({ code: 0, stderr: "" });
    expect(dry.stdout).toContain("1 would be imported, 0 of them admins.");
    expect(dry.stdout).toContain("Next: run this again without --dry-run.");
    expect(await stored("m@example.org")).toBeUndefined();
    expect((await command(file)).stdout).toContain("1 imported, 0 of them admins.");
    const bad = await command(await fileOf("one.csv", ["email,username,password_hash", "n@example.org,nobody,secret"]));
    expect(bad.code).toBe(2);
    expect(bad.stderr + bad.stdout).not.toMatch(/secret|n@example/);
    expect(await command("missing.csv")).toMatchObject({ code: 1, stderr: expect.stringContaining("is not a file") });
    expect(await command()).toMatchObject({ code: 1, stderr: expect.stringContaining("Usage: npm run users:import") });
    expect(await command(file, "--nope")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/'--nope'.*--help/s),
    });
  });

  it("hashes of other libraries are kept as PHC strings, and refused if they cost too much", () => {
    const row = (hashed_password: string) => toUserRow({ email: "ada@example.org", hashed_password });
    const hash = "RiINYk8IgnRmag5sMMN7OcNlj5F7wWYxHH3itYzvBQA=";
    expect(row(`pbkdf2_sha256$1200000$salt$${hash}`)).toMatchObject({
      password_hash: `$pbkdf2-sha256$i=1200000$c2FsdA$${hash.slice(0, -1)}`,
    });
    expect(row(`pbkdf2_sha256$9000000$salt$${hash}`)).toMatchObject({ field: "password_hash" });
  });

  it("the same record makes the same id, in the order in which users came", () => {
    const row = (id: number, created_at: string) =>
      toUserRow({ id, email: `${id}@example.org`, username: `user${id}`, hashed_password: bcrypt, created_at });
    expect(row(1, "2024-01-01")).toStrictEqual(row(1, "2024-01-01"));
    const [early, late] = [row(2, "2024-01-01"), row(1, "2024-01-02")];
    if (!("id" in early && "id" in late)) throw new Error("refused");
    expect(early.id < late.id).toBe(true);
    expect(row(3, "2024-01-01 00:00:00+0530")).toMatchObject({ created_at: "2023-12-31T18:30:00.000Z" });
  });
});
