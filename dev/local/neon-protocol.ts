import { isUtf8 } from "node:buffer";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { z } from "zod";
import type { IsolationLevel, Result, SqlStatement, TransactionOptions } from "./database.ts";

/** Neon's own limit, for requests and answers alike. */
export const maxBytes = 64 * 1024 * 1024;

/** Thrown for a request that Postgres never gets to see. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
}

/** The one user of a server with a password. */
export const localUser = "postgres";

/** Thrown for a user or a password that is not the server's, in the words of Neon's proxy, which has no code for it. */
export class WrongPassword extends Error {
  override readonly name = "WrongPassword";

  constructor(user: string) {
    super(`password authentication failed for user '${user}'`);
  }
}

export type NeonRequest = {
  /** The database that the connection string names. */
  name: string;
  asArray: boolean;
} & (
  | { kind: "single"; statement: SqlStatement }
  | { kind: "batch"; statements: SqlStatement[]; options: TransactionOptions }
);

/** Refuses half a surrogate pair, like Neon's JSON parser. */
const Text = z.string().refine((text) => text.isWellFormed(), "half a surrogate pair");
const Query = z
  .object({ query: Text, params: z.array(z.unknown()).default([]) })
  .transform(({ query, params }): SqlStatement => ({ query, params: params.map(textOf) }));
const Batch = z.object({ queries: z.array(Query) });

const isolationLevels = new Map<unknown, IsolationLevel>([
  ["ReadUncommitted", "READ UNCOMMITTED"],
  ["ReadCommitted", "READ COMMITTED"],
  ["RepeatableRead", "REPEATABLE READ"],
  ["Serializable", "SERIALIZABLE"],
]);

/** @throws {BadRequest} */
export async function parseRequest(request: IncomingMessage, password?: string): Promise<NeonRequest> {
  const { headers, method, url } = request;
  // Read to its end even when it is refused: a client that is still sending would not see the answer.
  const body = await bodyOf(request);
  if (method !== "POST" || url !== "/sql") throw new BadRequest("Only POST /sql is served here");
  const name = databaseName(headers, password);
  if (headers["neon-raw-text-output"] !== "true") {
    throw new BadRequest("Only raw text is served here: send Neon-Raw-Text-Output: true");
  }
  const asArray = headers["neon-array-mode"] === "true";
  const json = jsonOf(body);
  if (typeof json === "object" && json !== null && "queries" in json) {
    const { queries } = shaped(Batch, json);
    return { kind: "batch", name, asArray, statements: queries, options: transactionOptions(headers) };
  }
  return { kind: "single", name, asArray, statement: shaped(Query, json) };
}

/** A result in the shape that Neon gives it. */
export function answerOf({ command, rowCount, fields, rows }: Result, asArray: boolean) {
  const shown = asArray
    ? rows
    : rows.map((row) => Object.fromEntries(fields.map(({ name }, column) => [name, row[column]])));
  return { command, rowCount, rows: shown, fields, rowAsArray: asArray };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
  }
  if (size > maxBytes) throw new BadRequest(`The request is larger than ${maxBytes} bytes`);
  return Buffer.concat(chunks);
}

function databaseName(headers: IncomingHttpHeaders, password?: string): string {
  const connectionString = headers["neon-connection-string"];
  if (typeof connectionString !== "string" || connectionString === "")
    throw new BadRequest("The header Neon-Connection-String is missing");
  const [, user = "", given = "", name = ""] =
    /^postgres(?:ql)?:\/\/([^/?#@:]+)(?::([^/?#@]*))?@[^/?#@]+\/([^/?#]+)/.exec(connectionString) ?? [];
  if (name === "") throw new BadRequest("Neon-Connection-String is not postgresql://user:password@host/database");
  const [shownUser, shownPassword] = [decoded(user), decoded(given)];
  if (password !== undefined && !(shownUser === localUser && shownPassword === password)) {
    throw new WrongPassword(shownUser);
  }
  return decoded(name);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new BadRequest("Neon-Connection-String is not properly percent-encoded");
  }
}

function transactionOptions(headers: IncomingHttpHeaders): TransactionOptions {
  const level = headers["neon-batch-isolation-level"];
  const isolation = isolationLevels.get(level);
  if (level !== undefined && isolation === undefined) throw new BadRequest(`No such isolation level: ${level}`);
  const readOnly = headers["neon-batch-read-only"];
  const deferrable = headers["neon-batch-deferrable"];
  return {
    ...(isolation !== undefined && { isolation }),
    ...(readOnly !== undefined && { readOnly: readOnly === "true" }),
    ...(deferrable !== undefined && { deferrable: deferrable === "true" }),
  };
}

function jsonOf(body: Buffer): unknown {
  try {
    if (isUtf8(body)) return JSON.parse(body.toString());
  } catch {
    // Refused below.
  }
  throw new BadRequest("The request is not JSON");
}

function shaped<T>(schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new BadRequest(`The request is not {query, params} or {queries}: ${z.prettifyError(result.error)}`);
}

/** The text that Postgres reads as this JSON value: an array as an array, an object as json. */
function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return `{${value.map(elementOf).join(",")}}`;
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  if (!text.isWellFormed()) throw new BadRequest("A parameter holds half a surrogate pair");
  return text;
}

function elementOf(value: unknown): string {
  const text = textOf(value);
  if (text === null) return "NULL";
  return Array.isArray(value) ? text : `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}
