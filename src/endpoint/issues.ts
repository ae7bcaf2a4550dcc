import type { z } from "zod";
import {
  type FieldError,
  type FieldErrorType,
  fieldError,
  fieldErrorTable,
  type JsonType,
} from "../schemas/field-errors.ts";

type Issue = z.core.$ZodIssue;
type IssueOf<Code extends Issue["code"]> = Extract<Issue, { code: Code }>;
type Loc = FieldError["loc"];

/**
 * Words zod's issues as field errors of ours: its own prose is not part of any contract. `given` is the validated
 * input.
 */
export function toFieldErrors(issue: Issue, within: Loc, given: unknown): FieldError[] {
  const loc = [...within, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))];
  return isAbsent(given, issue) ? [fieldError(loc, "missing")] : translate(issue, loc, given);
}

function translate(issue: Issue, loc: Loc, given: unknown): FieldError[] {
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => fieldError([...loc, key], "extra_forbidden"));
    case "invalid_type":
      return [ofType(issue, loc)];
    case "invalid_value":
      return [fieldError(loc, "invalid_value", { values: issue.values.map(String) })];
    case "invalid_format":
      return [ofFormat(issue, loc)];
    case "too_small":
      return [tooSmall(issue, loc)];
    case "too_big":
      return [tooBig(issue, loc)];
    case "not_multiple_of":
      return [fieldError(loc, "not_multiple_of", { step: issue.divisor })];
    case "invalid_union":
      return ofUnion(issue, loc, given);
    case "invalid_key":
    case "invalid_element":
      return issue.issues.flatMap((inner) => translate(inner, loc, given));
    case "custom":
      return [ofRule(issue, loc)];
  }
}

/** The names of zod's types: JSON Schema's, where it has one. */
const jsonTypes: Partial<Record<string, JsonType>> = {
  string: "string",
  number: "number",
  int: "integer",
  bigint: "integer",
  boolean: "boolean",
  array: "array",
  tuple: "array",
  set: "array",
  object: "object",
  record: "object",
  map: "object",
  null: "null",
  file: "file",
};

/** JSON Schema's names of zod's formats, where they differ. */
const formats: Partial<Record<string, string>> = { datetime: "date-time", url: "uri", guid: "uuid" };

function ofType({ expected }: IssueOf<"invalid_type">, loc: Loc): FieldError {
  const type = jsonTypes[expected];
  return type ? fieldError(loc, "invalid_type", { expected: type }) : fieldError(loc, "invalid");
}

function ofFormat({ format, pattern }: IssueOf<"invalid_format">, loc: Loc): FieldError {
  if (format === "regex" && pattern) return fieldError(loc, "pattern_mismatch", { pattern });
  return fieldError(loc, "invalid_format", { format: formats[format] ?? format });
}

function tooSmall({ origin, minimum, inclusive }: IssueOf<"too_small">, loc: Loc): FieldError {
  const min = Number(minimum);
  if (origin === "string") return fieldError(loc, "string_too_short", { min });
  if (lists.has(origin)) return fieldError(loc, "list_too_short", { min });
  if (origin === "date") return fieldError(loc, "date_too_early", { min: new Date(min).toISOString() });
  return fieldError(loc, inclusive === false ? "not_greater" : "number_too_small", { min });
}

function tooBig({ origin, maximum, inclusive }: IssueOf<"too_big">, loc: Loc): FieldError {
  const max = Number(maximum);
  if (origin === "string") return fieldError(loc, "string_too_long", { max });
  if (origin === "file") return fieldError(loc, "file_too_large", { max });
  if (lists.has(origin)) return fieldError(loc, "list_too_long", { max });
  if (origin === "date") return fieldError(loc, "date_too_late", { max: new Date(max).toISOString() });
  return fieldError(loc, inclusive === false ? "not_less" : "number_too_large", { max });
}

const lists: ReadonlySet<string> = new Set(["array", "set", "map"]);

/** Blames the discriminator of a union; without one, reports the issues of the option that matched deepest. */
function ofUnion(issue: IssueOf<"invalid_union">, loc: Loc, given: unknown): FieldError[] {
  if ("options" in issue && issue.options) {
    return [fieldError(loc, "invalid_value", { values: issue.options.map(String) })];
  }
  const depth = (issues: Issue[]) => Math.max(0, ...issues.map(({ path }) => path.length));
  const [nearest] = issue.errors.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length);
  if (!nearest) return [fieldError(loc, "invalid")];
  return nearest.flatMap((inner) => toFieldErrors(inner, loc, valueAt(given, issue.path)));
}

/** A rule of ours names its type. A bare `refine` reveals only that it failed, which is `invalid`. */
function ofRule({ params, message }: IssueOf<"custom">, loc: Loc): FieldError {
  const { type, ctx } = params ?? {};
  if (!isFieldErrorType(type)) return { loc, msg: message, type: "invalid" };
  return { loc, msg: message, type, ...(ctx && { ctx }) };
}

function isFieldErrorType(type: unknown): type is FieldErrorType {
  return typeof type === "string" && Object.hasOwn(fieldErrorTable, type);
}

/** True if a required value is absent. */
function isAbsent(given: unknown, issue: Issue): boolean {
  const { code, path } = issue;
  const holder = valueAt(given, path.slice(0, -1));
  const isHeld = typeof holder !== "object" || holder === null || path.length === 0;
  // A single file of `files` stands for a list of one, which only its schema makes.
  const isMade = typeof path.at(-1) === "number" && !Array.isArray(holder);
  if (isHeld || isMade || !aboutPresence.has(code)) return false;
  const value = valueAt(given, path);
  // Counts an empty parameter of OAuth2, which its schema takes for omitted (RFC 6749, section 3.2).
  return value === undefined || (value === "" && issue.code === "invalid_type" && issue.expected === "string");
}

const aboutPresence: ReadonlySet<Issue["code"]> = new Set(["invalid_type", "invalid_value", "invalid_union"]);

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    return typeof inner === "object" && inner !== null && Object.hasOwn(inner, key)
      ? Reflect.get(inner, key)
      : undefined;
  }, value);
}
