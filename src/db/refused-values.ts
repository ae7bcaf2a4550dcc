import type { NeonDbError } from "@neondatabase/serverless";
import { type RefusedValue, unstorable } from "../errors.ts";

type Fault = NonNullable<ReturnType<RefusedValue>>;

/**
 * Finds in PostgreSQL's message the value that it refused. Undefined where it names none: a text too long for its column, a
 * number too large for its `numeric`, and what a statement has computed.
 */
export function refusedValueOf({ code, message, detail = "" }: NeonDbError): RefusedValue | undefined {
  if (code === "22021" || code === "22P05" || detail.includes("surrogate")) return unstorable;
  const [, number, sized] = /^(?:value )?"(.*)" is out of range for type (.+)$/s.exec(message) ?? [];
  const [, typed, text] =
    /^(?:invalid input \w+ for (?:type|enum) (.+?)|[a-z/ ]+ out of range): "(.*)"$/s.exec(message) ?? [];
  const [, zone] = /^time zone "(.*)" not recognized$/s.exec(message) ?? [];
  const refused = number ?? text ?? zone;
  const fault = faultOf(refused ?? "", sized, typed);
  return refused === undefined ? undefined : (value) => (textOf(value) === refused ? fault : undefined);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" || typeof value === "bigint" ? `${value}` : undefined;
}

const largest: Partial<Record<string, number>> = { smallint: 32_767, integer: 2_147_483_647 };

function faultOf(refused: string, sized = "", typed = dateTypeOf(refused)): Fault {
  const max = largest[sized];
  if (max !== undefined && refused.startsWith("-")) return { type: "number_too_small", ctx: { min: -max - 1 } };
  if (max !== undefined) return { type: "number_too_large", ctx: { max } };
  if (/^(small|big)?int(eger)?$/.test(typed)) return { type: "invalid_type", ctx: { expected: "integer" } };
  if (typed === "numeric") return { type: "invalid_type", ctx: { expected: "number" } };
  if (typed === "uuid" || typed === "date") return { type: "invalid_format", ctx: { format: typed } };
  return typed.startsWith("timestamp") ? { type: "invalid_format", ctx: { format: "date-time" } } : { type: "invalid" };
}

/** The type of a time that is out of range, by its form: the message does not say. */
function dateTypeOf(refused: string): string {
  const [, time] = /^\d+-\d\d-\d\d(T.*)?$/.exec(refused) ?? [undefined, "none"];
  return time === undefined ? "date" : time.startsWith("T") ? "timestamp" : "";
}
