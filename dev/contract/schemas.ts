import { isDeepStrictEqual } from "node:util";
import type { Direction, Effect } from "./change.ts";
import { alternativesOf, lowerBounds, type Referring, type Schema, typesOf, upperBounds, valuesOf } from "./flat.ts";

/** Two documents, the side that reads, and what is told of each difference; `thing` is what went. */
export type Comparison = {
  before: Referring;
  after: Referring;
  direction: Direction;
  tell: (effect: Effect, place: string, rule: string, thing?: object) => void;
};
type Pair = readonly [before: Schema, after: Schema];

/** Compares two schemas at a place, and all that they contain. */
export function compareSchemas(
  comparison: Comparison,
  [was, is]: Pair,
  place: string,
  above: readonly Pair[] = [],
): void {
  // A schema that contains itself was compared above.
  if (above.some(([a, b]) => a.$ref !== undefined && a.$ref === was.$ref && b.$ref === is.$ref)) return;
  const { before, after, tell } = comparison;
  const within = [...above, [was, is] as const];
  const [old, young] = [alternativesOf(before, was), alternativesOf(after, is)];
  const { pairs, gone, added } = paired(old, young);
  for (const _ of gone) tell("narrows", place, "an alternative went");
  for (const _ of added) tell("grows", place, "an alternative came");
  for (const pair of pairs) compareFlat(comparison, pair, place, within);
}

/** Pairs the alternatives that are the same, then those of the same types and marks, then the rest in order. */
function paired(old: Schema[], young: Schema[]): { pairs: Pair[]; gone: Schema[]; added: Schema[] } {
  const pairs: Pair[] = [];
  let [gone, added] = [old, young];
  for (const alike of [isDeepStrictEqual, (a: Schema, b: Schema) => isDeepStrictEqual(marksOf(a), marksOf(b))]) {
    for (const one of gone) {
      const other = added.find((candidate) => alike(one, candidate));
      if (!other) continue;
      pairs.push([one, other]);
      gone = gone.filter((each) => each !== one);
      added = added.filter((each) => each !== other);
    }
  }
  const [one, other] = [gone[0], added[0]];
  if (gone.length === 1 && added.length === 1 && one && other)
    return { pairs: [...pairs, [one, other]], gone: [], added: [] };
  return { pairs, gone, added };
}

/** The mark of an alternative among its siblings: its types, and the fields that have one value. */
function marksOf(schema: Schema): unknown {
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const values = valuesOf(field);
    return values?.length === 1 ? [[name, values[0]]] : [];
  });
  return [typesOf(schema)?.toSorted(), fields];
}

function compareFlat(comparison: Comparison, [was, is]: Pair, place: string, above: readonly Pair[]): void {
  const { tell } = comparison;
  compareTypes(comparison, [was, is], place);
  compareValues(comparison, [was, is], place);
  for (const keyword of ["format", "pattern", "multipleOf", "uniqueItems"] as const) {
    const [a, b] = [was[keyword], is[keyword]];
    if (a === b || (!a && !b)) continue;
    if (!a) tell("narrows", place, `${keyword} came: ${b}`);
    else if (!b) tell("widens", place, `${keyword} went: ${a}`);
    else tell("changes", place, `${keyword} changed: ${a} → ${b}`);
  }
  for (const bound of [...lowerBounds, ...upperBounds]) {
    const open = lowerBounds.some((lower) => lower === bound) ? -Infinity : Infinity;
    const [a, b] = [was[bound] ?? open, is[bound] ?? open];
    const isTighter = open < 0 ? b > a : b < a;
    if (a !== b)
      tell(
        isTighter ? "narrows" : "widens",
        place,
        `${bound} changed: ${was[bound] ?? "none"} → ${is[bound] ?? "none"}`,
      );
  }
  compareDefaults(comparison, [was, is], place);
  compareFields(comparison, [was, is], place, above);
  compareItems(comparison, [was, is], place, above);
}

/** Compares what the server takes for a value that is missing. A client fills in nothing. */
function compareDefaults({ direction, tell }: Comparison, [was, is]: Pair, place: string): void {
  if (direction !== "request" || isDeepStrictEqual(was.default, is.default)) return;
  const text = (value: unknown) => (value === undefined ? "none" : JSON.stringify(value));
  tell("changes", place, `default changed: ${text(was.default)} → ${text(is.default)}`);
}

function compareItems(comparison: Comparison, [was, is]: Pair, place: string, above: readonly Pair[]): void {
  const inside = `${place}[]`;
  if (was.items && is.items) compareSchemas(comparison, [was.items, is.items], inside, above);
  else if (is.items) comparison.tell("narrows", inside, "the schema of the items came");
  else if (was.items) comparison.tell("widens", inside, "the schema of the items went");
}

function compareTypes({ tell }: Comparison, [was, is]: Pair, place: string): void {
  const [a, b] = [typesOf(was), typesOf(is)];
  const lost = a?.filter((type) => b && !b.includes(type)) ?? [];
  const gained = b?.filter((type) => a && !a.includes(type)) ?? [];
  if (lost.length > 0 || (b && !a)) tell("narrows", place, `type narrowed: ${a ?? "any"} → ${b}`);
  if (gained.length > 0 || (a && !b)) tell("widens", place, `type widened: ${a} → ${b ?? "any"}`);
}

function compareValues({ tell }: Comparison, [was, is]: Pair, place: string): void {
  const [a, b] = [valuesOf(was), valuesOf(is)];
  const text = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join(", ");
  const lost = a?.filter((value) => !b?.includes(value)) ?? [];
  const gained = b?.filter((value) => !a?.includes(value)) ?? [];
  if (a && !b) tell("widens", place, `enum went: ${text(a)}`);
  else if (b && !a) tell("narrows", place, `enum came: ${text(b)}`);
  else {
    if (lost.length > 0) tell("narrows", place, `enum shrank: ${text(lost)}`);
    if (gained.length > 0) tell("grows", place, `enum grew: ${text(gained)}`);
  }
}

function compareFields(comparison: Comparison, [was, is]: Pair, place: string, above: readonly Pair[]): void {
  const { tell } = comparison;
  const [old, young] = [was.properties ?? {}, is.properties ?? {}];
  for (const [name, field] of Object.entries(old)) {
    const inside = `${place}.${name}`;
    const now = young[name];
    if (!now) {
      tell("changes", inside, "field went", field);
      continue;
    }
    const [needed, needs] = [was.required?.includes(name) === true, is.required?.includes(name) === true];
    if (needs && !needed) tell("narrows", inside, "field became required");
    if (needed && !needs) tell("widens", inside, "field became optional");
    compareSchemas(comparison, [field, now], inside, above);
  }
  for (const name of Object.keys(young).filter((name) => !(name in old))) {
    const isRequired = is.required?.includes(name) === true;
    tell(isRequired ? "narrows" : "adds", `${place}.${name}`, isRequired ? "required field came" : "field came");
  }
  const [more, less] = [was.additionalProperties, is.additionalProperties];
  if (more !== false && less === false) tell("narrows", place, "other fields are refused");
  else if (more === false && less !== false) tell("adds", place, "other fields are taken");
  else if (typeof more === "object" && typeof less === "object")
    compareSchemas(comparison, [more, less], `${place}.*`, above);
}
