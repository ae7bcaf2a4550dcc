import { ZodArray, ZodIntersection, ZodObject, ZodPipe, ZodType, ZodUnion } from "zod";
import type { Contract } from "./contract.ts";

const forms = ["multipart/form-data", "application/x-www-form-urlencoded"];

/** The faults of schemas for fields that arrive as texts, such as a number that no text can ever be. */
export function faultsOfTexts({ request = {} }: Contract): string[] {
  const { params, query, headers, cookies, body } = request;
  const parts = Object.entries({ params, query, headers, cookies });
  const sent = forms.map((type) => ["a form", schemaIn(body?.content[type])] as const);
  return [...parts, ...sent].flatMap(([part, schema]) =>
    schema instanceof ZodObject
      ? Object.entries<ZodType>(schema.shape).flatMap(([name, field]) => faultOf(field, `${name} in ${part}`))
      : [],
  );
}

/** The names of the fields that a body or an answer of this schema may have. */
export function fieldsIn(schema: unknown): string[] {
  return schema instanceof ZodObject ? Object.keys(schema.shape) : partsOf(schema).flatMap(fieldsIn);
}

/**
 * True if a value that this schema has validated may have something at a path, in which `*` stands for each entry of a
 * list. A transform may have moved it elsewhere.
 */
export function hasPath(schema: unknown, path: readonly string[]): boolean {
  const [part, ...rest] = path;
  if (part === undefined) return true;
  if (schema instanceof ZodArray) return part === "*" && hasPath(schema.element, rest);
  if (schema instanceof ZodObject) return Object.hasOwn(schema.shape, part) && hasPath(schema.shape[part], rest);
  return (schema instanceof ZodPipe ? [schema.def.out] : partsOf(schema)).some((one) => hasPath(one, path));
}

/** The schemas that another one is made of, beside objects and lists. */
function partsOf(schema: unknown): unknown[] {
  if (schema instanceof ZodUnion) return [...schema.options];
  if (schema instanceof ZodIntersection) return [schema.def.left, schema.def.right];
  if (schema instanceof ZodPipe) return [schema.def.in, schema.def.out];
  return schema instanceof ZodType && "innerType" in schema.def ? [schema.def.innerType] : [];
}

/** The schema of a body or an answer, unless it is one of OpenAPI's own. */
export function schemaIn(content: unknown): unknown {
  return typeof content === "object" && content !== null && "schema" in content ? content.schema : undefined;
}

const numbers = "wholeNumber or decimal";

/** Types that no text has, each with its name and the schema that makes it of a text. */
const neverTexts: Partial<Record<string, readonly [name: string, remedy?: string]>> = {
  number: ["a number", numbers],
  bigint: ["a number", numbers],
  boolean: ["a boolean", "Flag"],
  date: ["a date", "Moment"],
  object: ["an object"],
  record: ["an object"],
};

/** The nonsense that `z.coerce` makes of a text of another type, and the schema that refuses it. */
const coerced: Partial<Record<string, readonly [nonsense: string, remedy: string]>> = {
  number: ['"" for 0', numbers],
  bigint: ['"" for 0', numbers],
  boolean: ['"false" for true', "Flag"],
  date: ['"1" for a day in 2001', "Moment"],
  string: ['what is missing for "undefined"', "text"],
};

function faultOf(field: ZodType, where: string): string[] {
  const [nonsense, instead] = coerced[typeCoercedIn(field) ?? ""] ?? [];
  if (nonsense) return [`${where} is read by z.coerce, which takes ${nonsense}: use ${instead}`];
  const first = firstOf(field);
  if (first instanceof ZodArray) return [`${where} is a list: use listOf, because one alone is sent as a text`];
  const [name, remedy] = neverText(first) ?? [];
  return name ? [`${where} is sent as text, which is never ${name}${remedy ? `: use ${remedy}` : ""}`] : [];
}

function neverText(schema: ZodType): readonly [string, string?] | undefined {
  if (schema instanceof ZodUnion) {
    const options = schema.options.map((option) => neverText(firstOf(option as ZodType)));
    return options.every((option) => option !== undefined) ? options[0] : undefined;
  }
  return neverTexts[schema.def.type];
}

/** The type that `z.coerce` makes, wherever it is in a schema. */
function typeCoercedIn(schema: unknown): string | undefined {
  if (schema instanceof ZodType && "coerce" in schema.def && schema.def.coerce) return schema.def.type;
  const parts = schema instanceof ZodArray ? [schema.element] : partsOf(schema);
  return parts.map(typeCoercedIn).find((type) => type !== undefined);
}

/** The schema that sees a value first, behind what only says that it may be absent. */
function firstOf(schema: ZodType): ZodType {
  const { def } = schema;
  if ("innerType" in def) return firstOf(def.innerType as ZodType);
  return "in" in def ? firstOf(def.in as ZodType) : schema;
}
