import { parentPort, workerData } from "node:worker_threads";
import type { messages } from "@electric-sql/pglite";
import {
  beginStatement,
  changesSession,
  errorFields,
  isPostgresError,
  type PostgresError,
  type Result,
  type Statement,
  type TransactionOptions,
} from "./database.ts";

/** One statement by itself; where there are options, one transaction; or a part of a session, which keeps what it has set. */
export type Request = { statements: Statement[]; options?: TransactionOptions; isOfSession?: boolean };

export type Reply =
  | { results: Result[] }
  | { error: Pick<PostgresError, "message"> & { fields: Partial<PostgresError> } };

// PGlite decodes what it reads by this name, and would take a leading U+FEFF of a text for a byte order mark.
class FaithfulDecoder extends TextDecoder {
  constructor(label?: string, options?: TextDecoderConstructorOptions) {
    super(label, { fatal: false, ...options, ignoreBOM: true });
  }
}
Object.assign(globalThis, { TextDecoder: FaithfulDecoder });
const { PGlite, protocol } = await import("@electric-sql/pglite");

const { serialize } = protocol;

const client = await PGlite.create(typeof workerData === "string" ? { dataDir: workerData } : {});

parentPort?.on("message", async (message: Request | "close") => {
  if (message === "close") {
    await client.close();
    process.exit();
  }
  parentPort?.postMessage(await reply(message));
});
parentPort?.postMessage("ready");

/** @throws when Postgres is broken, which ends the thread. */
async function reply({ statements, options, isOfSession }: Request): Promise<Reply> {
  try {
    if (isOfSession) return { results: await perform(statements) };
    return { results: await leavingNoTrace(() => perform(statements, options)) };
  } catch (error) {
    if (!isPostgresError(error) || error.severity !== "ERROR") throw error;
    const fields = Object.fromEntries(errorFields.map((field) => [field, error[field]]));
    return { error: { message: error.message, fields } };
  }
}

async function perform(statements: Statement[], options?: TransactionOptions): Promise<Result[]> {
  const results: Result[] = [];
  if (options) await execute({ query: beginStatement(options), params: [] });
  for (const statement of statements) results.push(await execute(statement));
  if (options) await execute({ query: "COMMIT", params: [] });
  return results;
}

/** All requests share the one session: an open transaction or a SET must not reach the next. */
async function leavingNoTrace(work: () => Promise<Result[]>): Promise<Result[]> {
  let traces = true;
  try {
    const results = await work();
    traces = results.some(changesSession);
    return results;
  } finally {
    if (client.isInTransaction()) await execute({ query: "ROLLBACK", params: [] });
    if (traces) await execute({ query: "DISCARD ALL", params: [] });
  }
}

/** The extended protocol: it takes exactly one statement, and answers every value as text. */
async function execute({ query, params }: Statement): Promise<Result> {
  const pipeline = Buffer.concat([
    serialize.parse({ text: query }),
    serialize.bind({ values: params }),
    serialize.describe({ type: "P" }),
    serialize.execute({}),
    // Ends a COPY … FROM STDIN, which would wait for ever; Postgres ignores it everywhere else.
    serialize.copyFail("rows cannot be copied over HTTP"),
    serialize.sync(),
  ]);
  return resultOf(await client.execProtocolStream(pipeline, { throwOnError: false, syncToFs: false }));
}

function resultOf(answer: messages.BackendMessage[]): Result {
  if (!answer.some(({ name }) => name === "readyForQuery")) throw new Error("Postgres broke during this query");
  const result: Result = { command: null, rowCount: null, fields: [], rows: [] };
  for (const message of answer) {
    if (message.name === "error") throw message;
    if (is<messages.RowDescriptionMessage>(message, "rowDescription")) {
      result.fields = message.fields.map((field) => ({ ...field, format: "text" }));
    } else if (is<messages.DataRowMessage>(message, "dataRow")) {
      result.rows.push(message.fields);
    } else if (is<messages.CommandCompleteMessage>(message, "commandComplete")) {
      const [command = "", ...counts] = message.text.split(" ");
      const count = counts.at(-1) ?? "";
      result.command = command;
      result.rowCount = /^[0-9]+$/.test(count) ? Number(count) : null;
    }
  }
  return result;
}

/** PGlite types its messages by class but tells them apart by `name`. */
function is<M extends messages.BackendMessage>(message: messages.BackendMessage, name: M["name"]): message is M {
  return message.name === name;
}
