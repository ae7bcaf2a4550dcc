/** Reads `--fields "title:text priority:enum(low,high) due:date?"`. */
import { CommandError } from "../config.ts";
import type { Names } from "./names.ts";
import { type Owner, referredOf } from "./owners.ts";

const kinds = ["text", "email", "url", "integer", "boolean", "date", "time", "enum", "json", "ref"] as const;
export type Kind = (typeof kinds)[number];
/** `values` are those of an enum; `max` is the length of a text; `target` is the resource that a `ref` names. */
export type Field = {
  name: string;
  kind: Kind;
  isOptional: boolean;
  /** True if no two rows of an owner have the same. */
  isUnique: boolean;
  /** True if a search of the list finds its words. */
  isSearched: boolean;
  max: number;
  values: readonly string[];
  target?: Names;
};

/** The fields of a resource without `--fields`. */
export const usualFields = "title:text description:text(10000)?";

export const fieldKinds = `text, text(10000) for a longer one, email, url, integer (also for money, in cents),
                                            boolean, date, time (a date with its time), enum(low,high),
                                            json (an object of any form), and ref(customers) for the id of a
                                            row of that resource, as customer_id:ref(customers); with :unique
                                            behind it, two rows of an owner, or under the same row, never have
                                            the same; with ? at the end, a field may be left out and null`;

/** The kinds that have values enough to be unique. */
const manifold: readonly Kind[] = ["text", "email", "url", "integer"];

/** Columns that every resource has, or that its queries add. */
const taken = new Set(
  "id owner_id organization_id created_by created_at updated_at deleted_at version etag sort_key variant search".split(
    " ",
  ),
);
/** Members that an object has without one of its own, or that make it a promise. */
const inObjects = ["constructor", "then"];
/** Parameters of every list: a filter by a field of that name could not be added. */
const parameters = ["cursor", "include", "limit", "q", "sort", "status"];
const word = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** Throws {@link CommandError} for what is no field of this owner's rows. */
export async function fieldsOf(text: string, owner: Owner, own: Names, parent?: Names): Promise<Field[]> {
  const parts = text.trim().match(/(?:[^\s(]|\([^)]*\)?)+/g) ?? [];
  if (parts.length === 0) throw new CommandError("--fields names no field.");
  const fields = parts.map(fieldOf);
  const names = [...taken, ...(parent ? [`${parent.one.snake}_id`] : []), ...fields.map(({ name }) => name)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new CommandError(`--fields: there is a column ${twice} already.`);
  const all = await Promise.all(
    fields.map(async (field) =>
      field.kind === "ref" ? { ...field, target: await targetOf(field, owner, own) } : field,
    ),
  );
  if (all.every(({ target }) => target === own)) {
    throw new CommandError(`--fields: ${own.many.prose} need a field that does not refer to ${own.many.prose}.`);
  }
  return all;
}

/** Characters of which PostgreSQL holds the words for one row, whatever they are: it has 1 MiB for them. */
const mostSearched = 200_000;

/** Marks the fields that `--search` names. Throws {@link CommandError} for one without words, and for too many. */
export function searchedOf(fields: Field[], search: string | undefined): Field[] {
  if (search === undefined) return fields;
  const names = search.split(",").map((name) => name.trim());
  const other = names.find((name) => !fields.some((field) => field.name === name && field.kind === "text"));
  if (other !== undefined) throw new CommandError(`--search: "${other}" is no field of the kind text.`);
  const all = fields.map((field) => ({ ...field, isSearched: names.includes(field.name) }));
  const length = all.reduce((sum, { isSearched, max }) => sum + (isSearched ? max : 0), 0);
  if (length > mostSearched)
    throw new CommandError(`--search: its fields hold ${length} characters, of ${mostSearched} at most.`);
  return all;
}

/** The resource that a `ref` names, which may be the field's own. */
async function targetOf({ name, values, isOptional }: Field, owner: Owner, own: Names): Promise<Names> {
  const [plural = ""] = values;
  if (plural !== own.many.dashed) return referredOf(name, plural, owner);
  if (isOptional) return own;
  throw new CommandError(
    `--fields: ${name} refers to ${plural} themselves, and the first of them has none to name: ${name}:ref(${plural})?`,
  );
}

function fieldOf(part: string): Field {
  const [, name = "", kind = "", given, unique, mark] =
    /^([^:]+):([a-z]+)(?:\(([^)]*)\))?(:unique)?(\?)?$/.exec(part) ?? [];
  const refuse = (why: string): never => {
    throw new CommandError(`--fields: "${part}" ${why}. A field is name:kind. The kinds are ${fieldKinds}.`);
  };
  if (name === "") refuse("is no field");
  if (!word.test(name) || name.length > 40) refuse("has no name of small letters, digits and _, at most 40");
  if (inObjects.includes(name)) refuse("has a name with a meaning of its own in JavaScript's objects");
  if (parameters.includes(name)) {
    refuse(
      `has the name of a parameter of the list${name === "status" ? ", which tells live rows from deleted ones: state is free" : ""}`,
    );
  }
  if (!isKind(kind)) return refuse("has no such kind");
  if (kind === "ref" && !/^[a-z0-9-]+$/.test(given ?? "")) refuse("names no resource in brackets");
  if (kind === "ref" && !name.endsWith("_id")) refuse(`holds an id, and has to say so: ${name}_id`);
  const values = kind === "enum" || kind === "ref" ? (given ?? "").split(",").map((value) => value.trim()) : [];
  if (kind === "enum" && (!values.every((value) => word.test(value)) || new Set(values).size < values.length)) {
    refuse("needs different values of small letters, digits and _");
  }
  const max = kind === "text" ? Number(given ?? 200) : 0;
  if (kind === "text" && !(Number.isInteger(max) && max >= 1 && max <= 100_000))
    refuse("has a length from 1 to 100000");
  if (given !== undefined && kind !== "text" && values.length === 0) refuse("takes nothing in brackets");
  if (unique !== undefined && !manifold.includes(kind)) refuse(`cannot be unique, as ${manifold.join(", ")} can`);
  // The entry of an index holds 2,704 bytes at most.
  if (unique !== undefined && max > 500) refuse("is too long to be unique: 500 at most");
  return { name, kind, isOptional: mark !== undefined, isUnique: unique !== undefined, isSearched: false, max, values };
}

function isKind(kind: string): kind is Kind {
  return kinds.some((known) => known === kind);
}
