import { NeonDbError } from "@neondatabase/serverless";
import { sql } from "drizzle-orm";
import { describe, expect, inject, it } from "vitest";
import { runner } from "../../src/context/run.ts";
import { connect } from "../../src/db/client.ts";
import { constraintCodes } from "../../src/db/constraints.ts";
import { fromDatabase } from "../../src/db/errors.ts";
import { sessions, users } from "../../src/db/schema.ts";
import { type RefusalCode, sqlstateFor } from "../../src/db/sqlstates.ts";
import { CallError } from "../../src/db/wire.ts";
import { errorCodes, explain } from "../../src/errors.ts";
import { db, settings } from "../harness.ts";

/** Makes an error as the driver throws it. */
const raised = (fields: Partial<NeonDbError>) => Object.assign(new NeonDbError("message"), fields);

describe("an error of PostgreSQL", () => {
  it.each([
    ["a duplicate e-mail", "email_taken", { code: "23505", constraint: "users_email_key" }],
    ["a duplicate that has no code of its own", "conflict", { code: "23505", constraint: "other_key" }],
    ["what overlaps", "conflict", { code: "23P01", constraint: "bookings_excl" }],
    ["a reference to nothing", "invalid_reference", { code: "23503", constraint: "items_owner_id_users_id_fk" }],
    ["what is restricted", "still_referenced", { code: "23001", constraint: "items_owner_id_users_id_fk" }],
    ["a check", "validation_failed", { code: "23514", constraint: "other_check" }],
    ["null where there must be a value", "validation_failed", { code: "23502", column: "title" }],
    ["no UUID", "validation_failed", { code: "22P02" }],
    ["a number out of range", "validation_failed", { code: "22003" }],
    ["NUL", "validation_failed", { code: "22021" }],
    ["a text too long for an index", "validation_failed", { code: "54000" }],
    ["the guard", "invalid_token", { code: "PT401" }],
    ["the admin's guard", "forbidden", { code: "PT403" }],
    ["a cancelled query", "database_unavailable", { code: "57014" }],
    ["a server that shuts down", "database_unavailable", { code: "57P01" }],
    ["too many connections", "database_unavailable", { code: "53300" }],
    ["a deadlock", "database_unavailable", { code: "40P01" }],
    ["a conflict of transactions", "database_unavailable", { code: "40001" }],
    ["a lock that nobody gave up", "database_unavailable", { code: "55P03" }],
    ["a replica that is not yet the primary", "database_unavailable", { code: "25006" }],
    ["a lost connection", "database_unavailable", { code: "08006" }],
    ["a missing table", "not_ready", { code: "42P01" }],
    ["a division by zero", "internal", { code: "22012" }],
    ["a mistake in a statement", "internal", { code: "42601" }],
    ["a missing privilege", "not_ready", { code: "42501" }],
    ["what a function raises without a code", "internal", { code: "P0001" }],
    ["a code of ours that nobody knows", "internal", { code: "PT499" }],
    ["a place behind the end of our table", "internal", { code: "PXZZZ" }],
    ["a place before its start", "internal", { code: "PX000" }],
    ["no place in it", "internal", { code: "PX_!?" }],
  ])("is told apart: %s", (_what, code, fields) => {
    expect(fromDatabase(raised(fields)).code).toBe(code);
    expect(fromDatabase(new Error("wrapped", { cause: raised(fields) })).code).toBe(code);
  });

  it("says the code that a statement asks for, and has a state of its own for each code of our table", () => {
    const asked: RefusalCode[] = ["conflict", "bad_request", "quota_exceeded", "misconfigured"];
    for (const code of asked) expect(fromDatabase(raised({ code: sqlstateFor(code), detail: "-1" })).code).toBe(code);
    const states = new Set(errorCodes.map((code) => sqlstateFor(code as RefusalCode)));
    expect([...states].filter((state) => /^PX[0-9A-Z]{3}$/.test(state))).toHaveLength(errorCodes.length);
  });

  it("is a mistake of ours where a name is unknown though every migration is applied, and the log has its stack", async () => {
    const faults = [
      sql`select subject from sessions`,
      sql`select 1 from no_such_table`,
      sql`select no_such_function()`,
    ];
    for (const statement of faults) {
      const error = await runner(db)(db.execute(statement)).catch((thrown) => thrown);
      expect(explain(error)).toMatchObject({
        code: "internal",
        cause: { stack: expect.stringContaining("errors.test") },
      });
    }
  });

  it("is a missing migration where one is missing", async () => {
    const empty = connect({ ...settings, DATABASE_URL: settings.DATABASE_URL.replace(/[^/]*$/, "postgres") });
    const error = await runner(empty)(empty.execute(sql`select id from sessions`)).catch((thrown) => thrown);
    expect(explain(error)).toStrictEqual({ code: "not_ready", cause: expect.objectContaining({ sqlstate: "42P01" }) });
  });

  it("is a missing migration, too, where only some are applied", async () => {
    const name = `behind_${crypto.randomUUID().replaceAll("-", "_")}`;
    await db.execute(sql.raw(`create database ${name}`));
    const url = settings.DATABASE_URL.replace(/[^/]*$/, name);
    const behind = connect({ ...settings, DATABASE_URL: url, NEON_FETCH_ENDPOINT: inject("ownerEndpoint") });
    await behind.execute(sql`create schema drizzle`);
    await behind.execute(sql`create table drizzle.__drizzle_migrations as select 1 as id, 1::bigint as created_at`);
    const error = await runner(behind)(behind.execute(sql`select id from sessions`)).catch((thrown) => thrown);
    expect(explain(error).code).toBe("not_ready");
  });

  it("is told apart by who refers to whom", () => {
    const error = (message: string) => Object.assign(new NeonDbError(message), { code: "23503", constraint: "fk" });
    expect(fromDatabase(error('insert or update on table "a" violates …')).code).toBe("invalid_reference");
    expect(fromDatabase(error('update or delete on table "b" violates …')).code).toBe("still_referenced");
  });

  it.each([
    ['Key (shelf)=(99) is not present in table "shelves".', ["shelf"]],
    ['Key (organization_id, assignee_id)=(1, (a)) is not present in table "m".', ["organization_id", "assignee_id"]],
    ['Key ("order")=(x) is not present in table "orders".', ["order"]],
    ["Key is not present in table.", []],
    [undefined, []],
  ])("blames for a reference to nothing the columns in %j", (detail, columns) => {
    const error = Object.assign(new NeonDbError("insert or update on table …"), { code: "23503", detail });
    expect(fromDatabase(error).blamed.map(({ name }) => name)).toStrictEqual(columns);
  });

  it("is explained in a log unless its code was foreseen by name, and never with a value", () => {
    const secret = { message: "insert … 'secret'", detail: "Key (email)=(secret) exists", where: "secret" };
    const explained = (fields: Partial<NeonDbError>) => explain(fromDatabase(raised({ ...secret, ...fields })));
    expect(explained({ code: "23505", constraint: "users_email_key" })).toStrictEqual({ code: "email_taken" });
    expect(explained({ code: "PT401" })).toStrictEqual({ code: "invalid_token" });
    expect(explained({ code: "PT499", column: "secret" }).cause).toMatchObject({ sqlstate: "PT499" });
    expect(explained({ code: "23514", constraint: "c", table: "t" }).cause).toMatchObject({
      sqlstate: "23514",
      constraint: "c",
      table: "t",
    });
    for (const code of ["23514", "22P02", "57014", "PT499", "42601"]) {
      expect(JSON.stringify(explained({ code, column: code.startsWith("PT") ? "secret" : "title" }))).not.toContain(
        "secret",
      );
    }
  });

  it("is 503 when the call failed, and 500 when we made no statement or could not read its rows", async () => {
    expect(fromDatabase(new NeonDbError("no code")).code).toBe("database_unavailable");
    expect(fromDatabase(new Error("x", { cause: new CallError("timeout") })).code).toBe("database_unavailable");
    expect(fromDatabase(new TypeError("secret")).code).toBe("internal");
    expect(fromDatabase("thrown text").code).toBe("internal");
    const unjoined = db.select({ id: sessions.id }).from(users);
    const error = await runner(db)(unjoined).catch((thrown) => thrown);
    expect(explain(error)).toMatchObject({ code: "internal" });
  });

  it("may be its own cause, and still has an end", () => {
    const error = new Error("round");
    error.cause = new Error("and round", { cause: error });
    expect(explain(fromDatabase(error))).toMatchObject({ cause: { error: "Error ← Error" } });
  });
});

describe("src/db/constraints.ts", () => {
  it("names only constraints that the database has", async () => {
    const { rows } = await db.execute<{ name: string }>(sql`
      select conname as name from pg_constraint union select relname from pg_class where relkind = 'i'`);
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(constraintCodes)));
  });
});
