/**
 * `npm run users:import -- users.csv [--dry-run] [--env production]`: brings the users of a FastAPI table over, with their
 * passwords. Instead of a CSV file it takes .jsonl or .ndjson: a JSON object on each line. `--dry-run` writes nothing.
 */
import { stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import { CommandError, failWith } from "../config.ts";
import { againCommand, interruptible, type Progress } from "../interruption.ts";
import type { LocalDatabase } from "../local/database.ts";
import { explained } from "../local/explained.ts";
import { openDatabase } from "../local/open.ts";
import { environment } from "../local/target.ts";
import { insertUsers, lookAtUsers } from "./user-batches.ts";
import { linesOf } from "./user-files.ts";
import { ignoredColumns, type RowFault, toUserRow, type UserRow } from "./user-rows.ts";

type Refused = RowFault & { line: number; who: string };
type Pending = { line: number; row: UserRow };

const batchSize = 500;
const usage =
  "Usage: npm run users:import -- users.csv [--dry-run] [--env production]   (or .jsonl, .ndjson: a JSON object on each line)";

type Options = {
  dryRun: boolean;
  /** Receives progress and refusals. */
  log: (text: string) => void;
  /** Receives the numbers after each batch, which is written as a whole. */
  counted?: (count: { read: number; imported: number }) => void;
  /** Begins no other batch once it is aborted. */
  stop?: AbortSignal;
};

/** Imports the users of `file`, or with `dryRun` only predicts the outcome. */
export async function importUsers(
  database: LocalDatabase,
  file: string,
  { dryRun, log, counted = () => {}, stop }: Options,
) {
  const count = { read: 0, imported: 0, admins: 0, present: 0, refused: 0 };
  const write = dryRun ? lookAtUsers() : insertUsers;
  let pending: Pending[] = [];
  const refuse = ({ line, field, rule, who }: Refused) => {
    count.refused += 1;
    log(`line ${line}: ${field} ${rule}${who && ` (${who})`}`);
  };
  const flush = async () => {
    stop?.throwIfAborted();
    const outcome = await write(
      database,
      pending.map(({ row }) => row),
    );
    for (const { line, row } of pending) {
      const became = outcome.get(row.id);
      outcome.set(row.id, "present");
      if (became === "imported" && row.role === "admin") count.admins += 1;
      if (became === "imported" || became === "present") count[became] += 1;
      else refuse({ line, field: became ?? "id", rule: "belongs to another account", who: masked(row.email) });
    }
    pending = [];
    counted(count);
  };
  let columns: string[] | undefined;
  for await (const next of linesOf(file)) {
    count.read += 1;
    if ("rule" in next) refuse({ ...next, field: "row", who: "" });
    else {
      columns ??= Object.keys(next.record);
      const row = toUserRow(next.record);
      if ("rule" in row) refuse({ line: next.line, ...row, who: masked(next.record.email) });
      else pending.push({ line: next.line, row });
    }
    if (pending.length === batchSize) await flush();
    if (count.read % 10_000 === 0) log(`… ${count.read} rows read`);
  }
  await flush();
  return { ...count, ignored: ignoredColumns(columns ?? []) };
}

function masked(email: unknown): string {
  return typeof email === "string" && email.includes("@") ? email.replace(/^(.).*@/, "$1***@") : "";
}

async function main(progress: Progress): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { "dry-run": { type: "boolean" }, env: { type: "string" } },
  });
  const [file] = positionals;
  if (!file || positionals.length > 1) throw new CommandError(usage);
  if (!(await stat(file).catch(() => undefined))?.isFile()) throw new CommandError(`${file} is not a file. ${usage}`);
  const dryRun = values["dry-run"] ?? false;
  const { database, where, close } = await openDatabase({ env: environment(values.env) });
  const none = "nothing is imported";
  let now = none;
  const counted: Options["counted"] = ({ read, imported }) => {
    if (now === none && imported > 0) progress.did("Some of the rows are imported.");
    now = `${imported} imported of the first ${read} rows`;
  };
  progress.at({
    doing: `importing into ${where}`,
    ...(!dryRun && {
      perhaps: `one more batch of ${batchSize} is imported.`,
      next: [`Finish: ${againCommand("users:import", process.argv.slice(2))} (what is imported stays as it is)`],
      look: async () => `Now: ${now}.`,
    }),
  });
  try {
    const result = await importUsers(database, file, { dryRun, log: console.error, counted, stop: progress.stop });
    report(result, { dryRun, where });
    process.exitCode = result.refused > 0 ? 2 : 0;
  } catch (error) {
    throw explained(error, where);
  } finally {
    await close();
  }
}

function report(
  result: Awaited<ReturnType<typeof importUsers>>,
  { dryRun, where }: { dryRun: boolean; where: string },
): void {
  const { read, imported, admins, present, refused, ignored } = result;
  console.log(`${read} rows read for ${where}.`);
  console.log(`${imported} ${dryRun ? "would be imported" : "imported"}, ${admins} of them admins.`);
  console.log(`${present} were there already. ${refused} refused${refused > 0 ? ": the reasons are above" : ""}.`);
  if (ignored.length > 0) console.log(`Columns that were not read: ${ignored.join(", ")}.`);
  if (refused > 0) console.log("Next: put the refused rows right and run this again; what is imported stays as it is.");
  else if (dryRun) console.log("Next: run this again without --dry-run.");
  else console.log("Next: everybody signs in with their old password; its hash is replaced by scrypt then.");
}

if (import.meta.main) await interruptible(main).catch(failWith);
