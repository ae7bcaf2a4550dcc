import { z } from "@hono/zod-openapi";
import { sizeInWords } from "./sizes.ts";

type Min = { min: number };
type Max = { max: number };

/**
 * Every way in which a field can be wrong: its stable `type`, and the sentence made of its `ctx`. A form can translate
 * by these two.
 */
export const fieldErrorTable = {
  missing: () => "Field required",
  extra_forbidden: () => "Field not allowed",
  invalid_type: ({ expected }: { expected: JsonType }) => `Must be ${jsonTypes[expected]}`,
  invalid_value: ({ values }: { values: string[] }) => `Must be ${values.map((value) => `"${value}"`).join(" or ")}`,
  invalid_format: ({ format }: { format: string }) => `Must be ${formats[format] ?? `of the format ${format}`}`,
  pattern_mismatch: ({ pattern }: { pattern: string }) => `Must match ${pattern}`,
  invalid_unicode: () => "Must be well-formed Unicode without NUL",
  blank: () => "Must not be blank",
  string_too_short: ({ min }: Min) => `Must have at least ${counted(min, "character")}`,
  string_too_long: ({ max }: Max) => `Must have at most ${counted(max, "character")}`,
  number_too_small: ({ min }: Min) => `Must be ${min} or more`,
  number_too_large: ({ max }: Max) => `Must be ${max} or less`,
  not_greater: ({ min }: Min) => `Must be greater than ${min}`,
  not_less: ({ max }: Max) => `Must be less than ${max}`,
  not_multiple_of: ({ step }: { step: number }) => `Must be a multiple of ${step}`,
  date_too_early: ({ min }: { min: string }) => `Must be ${min} or later`,
  date_too_late: ({ max }: { max: string }) => `Must be ${max} or earlier`,
  list_too_short: ({ min }: Min) => `Must have at least ${counted(min, "entry")}`,
  list_too_long: ({ max }: Max) => `Must have at most ${counted(max, "entry")}`,
  digest_mismatch: () => "Must be the SHA-256 of the body",
  file_too_large: ({ max }: Max) => `Must have at most ${sizeInWords(max)}`,
  too_few_fields: ({ min }: Min) => `Must have at least ${counted(min, "field")}`,
  duplicate: () => "Must not occur twice",
  common_password: () => "Must not be one of the most common passwords",
  ambiguous_password: () => "Is not supported: choose another password",
  personal_password: () => "Must not be your e-mail address or username, or a part of either",
  wrong_password: () => "Must be the current password",
  taken: () => "Must not be in use already",
  not_found: () => "Must exist",
  precondition_failed: () => "Must match the current version",
  precondition_required: () => "Must name the version to change",
  invalid: () => "Must be valid",
} as const satisfies Record<string, (ctx: never) => string>;

/** The sentence parts for each `format`, ours and zod's. */
const formats: Partial<Record<string, string>> = {
  "date-time": "a time such as 2026-11-23T09:30:00Z",
  date: "a date such as 2026-11-23",
  digest: "sha-256=:…:, with 32 bytes in base64",
  email: "an e-mail address",
  etag: 'one ETag, such as "1"',
  etags: '* or ETags, such as "1", "2"',
  "idempotency-key": "1 to 255 visible ASCII characters",
  network: "an address or a network such as 203.0.113.0/24",
  role: "1 to 40 of a-z 0-9 -, a letter first",
  slug: "1 to 48 of a-z 0-9 -, no hyphen at either end",
  uri: "a URL",
  username: "3 to 50 of A-Z a-z 0-9 _ . -",
  uuid: "a UUID",
};

const jsonTypes = {
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  null: "null",
  file: "a file",
} as const;
export type JsonType = keyof typeof jsonTypes;

export type FieldErrorType = keyof typeof fieldErrorTable;
type ContextOf<Type extends FieldErrorType> = Parameters<(typeof fieldErrorTable)[Type]>;

const fieldErrorTypes = Object.keys(fieldErrorTable) as [FieldErrorType, ...FieldErrorType[]];

/** One fault of a request, in FastAPI's shape: `loc` is a path such as `["body", "email"]`. */
export const FieldError = z
  .object({
    loc: z.array(z.union([z.string(), z.int()])).openapi({ example: ["body", "title"] }),
    msg: z.string().openapi({ description: "A sentence for people", example: "Must have at least 1 character" }),
    type: z.enum(fieldErrorTypes).openapi({ example: "string_too_short" }),
    ctx: z
      .object({
        min: z.union([z.number(), z.string()]),
        max: z.union([z.number(), z.string()]),
        step: z.number(),
        expected: z.enum(Object.keys(jsonTypes) as [JsonType, ...JsonType[]]),
        values: z.array(z.string()),
        format: z.string(),
        pattern: z.string(),
      })
      .partial()
      .optional()
      .openapi({ description: "The values in `msg`", example: { min: 1 } }),
  })
  .openapi("FieldError");
export type FieldError = z.output<typeof FieldError>;

/** Makes a field error of this type, with the values for its sentence. */
export function fieldError<Type extends FieldErrorType>(
  loc: FieldError["loc"],
  type: Type,
  ...ctx: ContextOf<Type>
): FieldError {
  // TypeScript does not see that each entry takes the context of its own type.
  return faultAt(loc, { type, ctx: ctx[0] } as Fault);
}

/** A type of field error, with the values for its sentence. */
export type Fault = {
  [Type in FieldErrorType]: { type: Type } & (ContextOf<Type> extends [infer Ctx] ? { ctx: Ctx } : { ctx?: undefined });
}[FieldErrorType];

/** Says a fault at its place. */
export function faultAt(loc: FieldError["loc"], { type, ctx }: Fault): FieldError {
  const say = fieldErrorTable[type] as (ctx: Fault["ctx"]) => string;
  return { loc, msg: say(ctx), type, ...(ctx && { ctx }) };
}

const rules = new WeakSet<object>();

/** Makes a check whose refusals have a type: `z.string().check(rule(isEven, "not_multiple_of", { step: 2 }))`. */
export function rule<Value, Type extends FieldErrorType>(
  isKept: (value: Value) => boolean,
  type: Type,
  ...ctx: ContextOf<Type>
): z.core.$ZodCheck<Value> {
  return ruleOfEach((value) => (isKept(value) ? [] : [fieldError([], type, ...ctx)]));
}

/** Makes a check like {@link rule} that finds the faults inside a value, with their paths. */
export function ruleOfEach<Value>(find: (value: Value) => FieldError[]): z.core.$ZodCheck<Value> {
  const check = z.check<Value>(({ value, issues }) => {
    for (const { loc, msg, ...params } of find(value)) {
      issues.push({ code: "custom", input: value, path: loc, message: msg, params });
    }
  });
  rules.add(check._zod.def);
  return check;
}

/** True for a check made by {@link rule}; a `refine` names no type. */
export function isRule(definition: object): boolean {
  return rules.has(definition);
}

function counted(count: number, noun: string): string {
  const many = noun.endsWith("y") ? noun.replace(/y$/, "ies") : `${noun}s`;
  return `${count} ${count === 1 ? noun : many}`;
}
