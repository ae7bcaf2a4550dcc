/** The keywords of JSON Schema that a contract is compared by. */
export type Schema = {
  $ref?: string;
  type?: string | readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  default?: unknown;
  multipleOf?: number;
  uniqueItems?: boolean;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  allOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  deprecated?: boolean;
} & Readonly<Partial<Record<Bound, number>>>;

export const lowerBounds = ["minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties"] as const;
export const upperBounds = ["maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties"] as const;
export type Bound = (typeof lowerBounds)[number] | (typeof upperBounds)[number];

/** A document whose references can be followed. */
export type Referring = { readonly components?: unknown };

/** Follows a reference of this document. Answers anything else as it is. */
export function resolve<T extends object>(document: Referring, value: T): T {
  const { $ref } = value as { $ref?: unknown };
  if (typeof $ref !== "string") return value;
  const keys = $ref
    .split("/")
    .slice(1)
    .map((key) => decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~"));
  const found = keys.reduce<unknown>((node, key) => Object(node)[key], document);
  if (typeof found !== "object" || found === null) throw new Error(`${$ref} refers to nothing`);
  return resolve(document, found as T);
}

/** The alternatives of a schema, each without references, `allOf`, `anyOf` and `oneOf` at its top. */
export function alternativesOf(document: Referring, given: Schema): Schema[] {
  const { allOf, anyOf, oneOf, ...own } = resolve(document, given);
  const all = (allOf ?? []).map((part) => alternativesOf(document, part));
  const any = anyOf ?? oneOf;
  if (any) all.push(any.flatMap((part) => alternativesOf(document, part)));
  return all.reduce<Schema[]>((made, parts) => made.flatMap((one) => parts.map((part) => both(one, part))), [own]);
}

/** The schema of what is valid by two, neither of which refers to others at its top. */
function both(a: Schema, b: Schema): Schema {
  const [types, values] = [intersection(typesOf(a), typesOf(b)), intersection(valuesOf(a), valuesOf(b))];
  const names = new Set([...Object.keys(a.properties ?? {}), ...Object.keys(b.properties ?? {})]);
  const properties = [...names].map((name) => {
    const parts = [a.properties?.[name], b.properties?.[name]].filter((part) => part !== undefined);
    return [name, parts.length === 1 && parts[0] ? parts[0] : { allOf: parts }] as const;
  });
  const { const: _, ...merged } = { ...a, ...b };
  return {
    ...merged,
    ...(types && { type: types }),
    ...(values && { enum: values }),
    ...(names.size > 0 && { properties: Object.fromEntries(properties) }),
    ...((a.required ?? b.required) && { required: [...new Set([...(a.required ?? []), ...(b.required ?? [])])] }),
    ...bounded(a, b, lowerBounds, Math.max),
    ...bounded(a, b, upperBounds, Math.min),
  };
}

/** The types of a schema; undefined for all. A number may be an integer. */
export function typesOf({ type }: Schema): readonly string[] | undefined {
  if (type === undefined) return undefined;
  const types = typeof type === "string" ? [type] : type;
  return types.includes("number") ? [...new Set([...types, "integer"])] : types;
}

/** The values that a schema lists; undefined if it lists none. */
export function valuesOf({ enum: values, ...schema }: Schema): readonly unknown[] | undefined {
  return values ?? ("const" in schema ? [schema.const] : undefined);
}

function intersection<T>(a: readonly T[] | undefined, b: readonly T[] | undefined): readonly T[] | undefined {
  return a && b ? a.filter((one) => b.includes(one)) : (a ?? b);
}

function bounded(a: Schema, b: Schema, bounds: readonly Bound[], pick: (...all: number[]) => number) {
  return Object.fromEntries(
    bounds.flatMap((bound) => {
      const given = [a[bound], b[bound]].filter((value) => value !== undefined);
      return given.length > 0 ? [[bound, pick(...given)] as const] : [];
    }),
  );
}
