import type { Context } from "hono";
import type { ZodType } from "zod";
import { type ApiError, problemBody } from "../errors.ts";
import { type AnyEnv, inPaceOfReader } from "./paced.ts";

/** An event: its data, its name, the id that `Last-Event-ID` repeats, and the milliseconds before a reader comes back. */
export type ToldEvent = { data: unknown; event?: string; id?: string; retry?: number };

/** The answer of {@link tellEvents}, for `responses`. `name` is the schema of the data of an event. */
export function eventsOf(name: string, description: string) {
  const text =
    `Events (\`text/event-stream\` of the HTML standard), each with one \`${name}\` as JSON in its \`data\`. If a fault ends ` +
    "them, the last one is an `error`, with a `Problem`.";
  return { description, content: { "text/event-stream": { schema: { type: "string", description: text } } } } as const;
}

const comment = ":\n\n";

/**
 * Streams events as they come, at the reader's pace. `schema` picks the members of their data. Asks the guard first, and
 * throws its refusal; tells each later error as the last event, and logs it.
 */
export async function tellEvents<Env extends AnyEnv>(
  c: Context<Env>,
  schema: ZodType,
  events: AsyncGenerator<ToldEvent>,
) {
  const { run, requestId } = c.var;
  await run();

  async function* texts() {
    // A comment, since servers and proxies hold an answer back until its body begins.
    yield comment;
    for await (const { data, ...event } of events) yield textOf({ ...event, data: schema.parse(data) });
  }
  const problemOf = (error: ApiError) => problemBody(error, requestId, { oauth: false, fields: [] });
  const farewell = (error: ApiError) => textOf({ event: "error", data: problemOf(error) });
  return c.body(inPaceOfReader(c, texts(), { message: "events broken off", farewell, whileQuiet: comment }), 200, {
    "Content-Type": "text/event-stream",
  });
}

/** JSON has no line break. Throws at a name or an id that has one, which would begin another field. */
function textOf({ data, ...fields }: ToldEvent): string {
  const lines = Object.entries({ ...fields, data: JSON.stringify(data) }).flatMap(([name, value]) => {
    if (/[\r\n\0]/.test(String(value))) throw new Error(`The ${name} of an event has a line break`);
    return value === undefined ? [] : `${name}: ${value}\n`;
  });
  return `${lines.join("")}\n`;
}
