/**
 * `npm run why -- <request-id> [--log export.jsonl] [--env production]`: tells what became of a request. Reads the log that
 * `npm run dev` keeps, or an export of another one, and the database: of this machine, or with `--env` that of DATABASE_URL.
 */
import { constants } from "node:buffer";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CommandError, dataFolder, failWith, projectFolder } from "../config.ts";
import { explained } from "../local/explained.ts";
import { LogStore } from "../local/log-store.ts";
import { openDatabase } from "../local/open.ts";
import { environment } from "../local/target.ts";
import { mappedBy } from "../local/worker/stacks.ts";
import { shellWord } from "../terminal.ts";
import { readText } from "../text.ts";
import { type LogLine, linesOfRequest } from "../why/lines.ts";
import { type Rows, rowsOfRequest } from "../why/rows.ts";
import { storyOf } from "../why/story.ts";

/** The map of the last `npm run build`, for the stacks of a Worker that was deployed from the same commit. */
const map = join(projectFolder, ".plinth", "build", "index.js.map");

async function main(): Promise<void> {
  const options = { log: { type: "string" }, env: { type: "string" } } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const [requestId, ...others] = positionals;
  if (requestId === undefined || others.length > 0 || !/^[\w=-]{1,64}$/.test(requestId)) {
    throw new CommandError("Name a request: npm run why -- <X-Request-Id of its answer> [--log export.jsonl]");
  }
  const text = values.log === undefined ? await new LogStore(dataFolder).text() : await exported(values.log, requestId);
  const lines = linesOfRequest(text, requestId);
  // The log of another place is not about the database of this machine.
  const isAsked = values.log === undefined || values.env !== undefined;
  const rows = isAsked ? await rowsIn(environment(values.env), requestId, lines) : undefined;
  const story = storyOf({ requestId, lines, rows, ...(existsSync(map) && { mapped: mappedBy(map) }) });
  if (story === undefined) throw new CommandError(`Neither the log nor the database knows a request ${requestId}.`);
  console.log(story);
}

/** The text of an export, or a sentence that says why it cannot be read. */
async function exported(file: string, requestId: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || found.isDirectory()) throw new CommandError(`There is no file ${file}.`);
  if (found.size > constants.MAX_STRING_LENGTH) {
    throw new CommandError(
      `${file} is too long to be read at once. Take the lines of the request: grep ${requestId} ${shellWord(file)} > lines.jsonl`,
    );
  }
  return readText(file);
}

async function rowsIn(env: string | undefined, requestId: string, lines: readonly LogLine[]): Promise<Rows> {
  const { database, where, close } = await openDatabase({ env });
  try {
    return await rowsOfRequest(database, requestId, lines);
  } catch (error) {
    throw explained(error, where);
  } finally {
    await close();
  }
}

await main().catch(failWith);
