import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { accessMatrix } from "../../../dev/commands/access-matrix.ts";
import { projectFolder } from "../../../dev/config.ts";
import { endpoints } from "../../../src/routes/index.ts";

describe("docs/access-matrix.md", () => {
  const rows = accessMatrix(endpoints).split("\n");
  const rowOf = (operation: string) =>
    rows.find((row) => row.endsWith(` ${operation} |`) || row.includes(`| ${operation} `));

  it("is what npm run access-matrix writes", async () => {
    const written = await readFile(join(projectFolder, "docs", "access-matrix.md"), "utf8");
    expect(written).toBe(rows.join("\n"));
  });

  it("shows each endpoint's callers, round trips and errors", () => {
    for (const { policy } of endpoints) expect(rowOf(policy.operationId)).toContain(`\`${policy.path}\``);
    expect(rowOf("login")).toMatch(
      /^\| POST +\| `\/api\/v1\/auth\/login` +\| anybody +\| 600 in 60 s, `token`; 300 in 60 s, `sign_in` +\| 2 +\| `invalid_grant`, /,
    );
    expect(rowOf("restoreUser")).toMatch(
      /\| an admin +\| .+ +\| 1 +\| `not_found`, `email_taken`, `username_taken` +\|/,
    );
    expect(rowOf("readMe")).toMatch(/\| a signed-in user +\| 600 in 60 s, `user` +\| 1 +\| +\|/);
    for (const row of rows) expect(row).not.toContain("idempotency_key");
  });
});
