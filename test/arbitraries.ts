/** Values made from the document's own schemas: valid, at their limits, and not. */
import fc from "fast-check";
import { resolved, type Schema } from "./examples.ts";
import { hostileStrings, impossibleStrings } from "./house/hostile-strings.ts";

/** Any JSON value, among them what has broken software. */
export const wild: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(...hostileStrings, ...impossibleStrings),
  fc.constantFrom(null, true, 0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), [], {}, [[]], { __proto__: null }),
);

const formats: Partial<Record<string, fc.Arbitrary<string>>> = {
  uuid: fc.uuid(),
  email: fc.emailAddress(),
  uri: fc.webUrl(),
  date: fc
    .date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((day) => day.toISOString().slice(0, 10)),
  "date-time": fc
    .date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((day) => day.toISOString()),
};

/** Values that a schema allows, more often than others those at its limits. */
export function valid(given: Schema): fc.Arbitrary<unknown> {
  const schema = resolved(given);
  const { example, oneOf, anyOf, allOf, const: only, enum: values } = schema;
  if (allOf) return fc.tuple(...allOf.map(valid)).map((parts) => Object.assign({}, ...parts));
  const choices = oneOf ?? anyOf;
  if (choices) return fc.oneof(...choices.map(valid));
  if (only !== undefined) return fc.constant(only);
  if (values) return fc.constantFrom(...values);
  const types = [schema.type ?? "object"].flat();
  const made = fc.oneof(...types.map((type) => validOf(String(type), schema)));
  return example === undefined
    ? made
    : fc.oneof({ weight: 3, arbitrary: made }, { weight: 1, arbitrary: fc.constant(example) });
}

function validOf(type: string, schema: Schema): fc.Arbitrary<unknown> {
  if (type === "string") return texts(schema);
  if (type === "integer" || type === "number") {
    const [min, max] = [schema.minimum ?? -(2 ** 31), schema.maximum ?? 2 ** 31 - 1];
    return fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max));
  }
  if (type === "boolean") return fc.boolean();
  if (type === "null") return fc.constant(null);
  if (type === "array") {
    const [minLength, maxItems] = [schema.minItems ?? 0, schema.maxItems ?? 4];
    return fc.array(valid(schema.items ?? {}), { minLength, maxLength: Math.max(minLength, Math.min(maxItems, 4)) });
  }
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [name, valid(field)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: schema.required ?? [] });
}

function texts({ format = "", pattern, minLength = 0, maxLength = 100 }: Schema): fc.Arbitrary<string> {
  const known = formats[format];
  if (known) return known;
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const ends = [minLength, maxLength].flatMap((length) => ["a".repeat(length), "🔑".repeat(length)]);
  return fc.oneof(
    fc.string({ unit: "grapheme", minLength, maxLength: Math.min(maxLength, 300) }),
    fc.constantFrom(...ends),
  );
}

/** A value in which one place, or the whole, is replaced by a wild one, is missing, or has another beside it. */
export function mutated(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return wild;
  const fields: Record<string, unknown> = { ...value };
  const names = Object.keys(fields);
  if (names.length === 0) return wild;
  return fc.tuple(fc.constantFrom(...names), fc.nat(5)).chain(([name, way]) => {
    const { [name]: field, ...others } = fields;
    if (way === 0) return fc.constant(others);
    if (way === 1)
      return fc.tuple(fc.string({ minLength: 1 }), wild).map(([key, other]) => ({ ...fields, [key]: other }));
    return (way < 4 ? wild : mutated(field)).map((other) => ({ ...fields, [name]: other }));
  });
}

/** A text that is no JSON, or more of it than anybody means. */
export const brokenJson: fc.Arbitrary<string> = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value).slice(0, -1)),
  fc.constantFrom(
    "",
    "{",
    "\ufeff{}",
    "NaN",
    "{'a':1}",
    '{"a":1,}',
    '{"a":1}{}',
    "[".repeat(5_000),
    '{"a":'.repeat(3_000),
    "\u0000",
  ),
  fc.string(),
);
