import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const project = join(import.meta.dirname, "../../..");

it("bench:pages finds a deep page of each list, also of those of a search", { timeout: 120_000 }, async () => {
  const args = ["dev/bench/pages.ts", "--rows", "50000", "--runs", "1", "--plans"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: project, maxBuffer: 2 ** 26 });
  const table = stdout.split(/^-+(?: +-+)+\n/m).at(-1) ?? "";
  const lists = table.slice(0, table.indexOf("\n\n")).split("\n");
  expect(lists.length).toBeGreaterThan(10);
  for (const list of lists) expect(list).toMatch(/ [\d,]+( +[\d.]+){6}$/);
  // A page behind a position has a condition that compares rows with it.
  const deep = stdout.split(/^(?=\S.*, page )/m).filter((plan) => /^.*, page (?!1 )\d+ by keyset\n/.test(plan));
  expect(deep.length).toBe(lists.length);
  for (const plan of deep) expect(plan).toMatch(/ROW\(|\(id [<>] /);
});
