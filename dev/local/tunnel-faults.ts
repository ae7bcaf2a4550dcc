import { Duplex, Transform } from "node:stream";
import { isPostgresError, type PostgresError, type SqlStatement, type Tunnel } from "./database.ts";
import { errorMessage } from "./messages.ts";

/**
 * The same tunnel, of which `mark` sees each error with the last statement and its number, and answers the `routine` that
 * the client is told instead. Reads PostgreSQL's protocol: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function watched(
  { stream, parameters }: Tunnel,
  mark: (error: PostgresError, statement: SqlStatement, place: number) => string,
): Tunnel {
  let statement: SqlStatement = { query: "", params: [] };
  let count = 0;
  const asked = cut(({ type, message, body }) => {
    if (type === "P" || type === "Q") {
      // Behind the name of a prepared statement, which is empty here.
      statement = { query: textsOf(body)[type === "P" ? 1 : 0] ?? "", params: [] };
      count += 1;
    }
    if (type === "B") statement.params = paramsOf(body);
    return message;
  });
  const answered = cut(({ type, message, body }) => {
    if (type !== "E") return message;
    const fields = new Map(textsOf(body).flatMap((field) => (field ? [[field.slice(0, 1), field.slice(1)]] : [])));
    const told = [...fields].flatMap(([field, value]) => (names[field] ? [[names[field], value]] : []));
    const error = Object.assign(new Error(fields.get("M")), Object.fromEntries(told));
    if (!isPostgresError(error)) return message;
    fields.set("R", mark(error, statement, count));
    return errorMessage(fields);
  });
  asked.pipe(stream).pipe(answered);
  const both = Duplex.from({ writable: asked, readable: answered });
  both.once("close", () => stream.destroy());
  for (const one of [stream, asked, answered]) one.on("error", () => both.destroy());
  stream.once("close", () => both.destroy());
  return { stream: both, parameters };
}

/** The fields of an ErrorResponse that are kept. */
const names: Partial<Record<string, string>> = { S: "severity", C: "code", H: "hint", R: "routine" };

export type Message = { type: string; message: Buffer; body: Buffer };

/** Cuts a stream of bytes into messages, each of which may be replaced. */
export function cut(replaced: (message: Message) => Buffer): Transform {
  let rest = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      rest = Buffer.concat([rest, chunk]);
      for (let end = endOf(rest); end <= rest.length; end = endOf(rest)) {
        const message = rest.subarray(0, end);
        this.push(replaced({ type: message.toString("latin1", 0, 1), message, body: message.subarray(5) }));
        rest = rest.subarray(end);
      }
      done();
    },
  });
}

function endOf(bytes: Buffer): number {
  return bytes.length < 5 ? Number.POSITIVE_INFINITY : 1 + Math.max(4, bytes.readInt32BE(1));
}

function textsOf(body: Buffer): string[] {
  return body.toString().split("\0");
}

/** The parameters of a Bind message, as text. */
function paramsOf(body: Buffer): (string | null)[] {
  let at = body.indexOf(0, body.indexOf(0) + 1) + 1;
  at += 2 + 2 * body.readInt16BE(at);
  const params: (string | null)[] = [];
  const count = body.readInt16BE(at);
  at += 2;
  for (let i = 0; i < count; i++) {
    const length = body.readInt32BE(at);
    at += 4;
    params.push(length < 0 ? null : body.toString("utf8", at, at + length));
    at += Math.max(0, length);
  }
  return params;
}
