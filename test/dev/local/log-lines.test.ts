import { stripVTControlCharacters } from "node:util";
import { describe, expect, inject, it } from "vitest";
import { formatLog } from "../../../dev/local/log-lines.ts";
import { postgres } from "../../../dev/local/postgres.ts";
import { SqlFaults } from "../../../dev/local/sql-faults.ts";
import { createDatabase } from "../../../dev/local/throwaway/database.ts";

/** A fault of a database as it is kept for the log, and the name that the Worker logs for it. */
async function aFault(): Promise<{ faults: SqlFaults; routine: string }> {
  const faults = new SqlFaults();
  const { url, drop } = await createDatabase(inject("postgres"));
  const database = postgres(url);
  try {
    const statement = { query: "select from notes", params: [] };
    const routine = await faults
      .of(database)
      .run(statement)
      .then(
        () => "",
        (error: { routine: string }) => error.routine,
      );
    return { faults, routine };
  } finally {
    await database.close();
    await drop();
  }
}

const print = (entry: object, faults: SqlFaults) =>
  stripVTControlCharacters(formatLog(JSON.stringify(entry), faults, { json: false, now: new Date() }).line);

describe("the log of npm run dev", () => {
  it("tells the statement behind the cause of a cause, as a job has it, and the way out", async () => {
    const { faults, routine } = await aFault();
    const cause = { error: "NeonDbError", sqlstate: "42P01", routine };
    const entry = { level: "error", message: "job", cause: { error: "ApiError", detail: "not_ready", cause } };
    const lines = print(entry, faults);
    expect(lines).toContain("ApiError · not_ready");
    expect(lines).toContain('NeonDbError · 42P01 · relation "notes" does not exist');
    expect(lines).toContain("The statement: select from notes");
    expect(lines).toContain("npm run db:migrate applies what the database lacks.");
    expect(lines).not.toContain("parserOpenTable#");
  });

  it("tells whether a value was kept, and why a signature was refused", () => {
    const entry = { level: "info", message: "request", status: 200, method: "GET", route: "/", duration_ms: 3 };
    expect(print({ ...entry, cache: "hit", user_id: "ada" }, new SqlFaults())).toContain("3 ms · cache hit · user ada");
    expect(print({ ...entry, status: 403, signature: "stale" }, new SqlFaults())).toContain("3 ms · signature stale");
  });

  it("tells the statement of a request once, and of no migration where none is missing", async () => {
    const { faults, routine } = await aFault();
    const cause = { error: "NeonDbError", sqlstate: "42703", routine, cause: { error: "Error", detail: "inner" } };
    const lines = print({ level: "error", message: "request", status: 500, code: "internal", cause }, faults);
    expect(lines.match(/The statement:/g)).toHaveLength(1);
    expect(lines).toContain("Error · inner");
    expect(lines).not.toContain("db:migrate");
  });
});
