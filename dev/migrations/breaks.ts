import type { SchemaObject } from "./objects.ts";

type Objects = ReadonlyMap<string, SchemaObject>;

/** A change that the running version may not bear: `drop column items.title`, and why. */
export type SchemaBreak = { change: string; why: string };

/**
 * Names all that happened between two states to tables that were there before, and that the version which still runs may
 * not bear: it reads, writes and waits as before. `isConcurrent`: an index was built while others wrote.
 */
export function breaksBetween(before: Objects, after: Objects, isConcurrent = false): SchemaBreak[] {
  const gone = [...before].filter(([key]) => !after.has(key)).map(([, object]) => object);
  const made = [...after].filter(([key]) => !before.has(key)).map(([, object]) => object);
  const kept = [...before].flatMap(([key, was]) => {
    const is = after.get(key);
    return is ? [{ was, is }] : [];
  });
  const outlives = ({ table, columns }: SchemaObject) =>
    table === "" ||
    (after.has(`table ${table}`) &&
      columns.every((column) => column === "0" || after.has(`column ${table}.${column}`)));
  const wasThere = ({ table }: SchemaObject) => before.has(`table ${table}`);
  const isOnOld = ({ table, columns }: SchemaObject) =>
    columns.length === 0 || columns.some((column) => column === "0" || before.has(`column ${table}.${column}`));
  const replaced = (object: SchemaObject) =>
    made.find(({ kind, name }) => kind === object.kind && name === object.name);

  return [
    ...gone
      .filter((object) => object.kind === "table" || outlives(object))
      .flatMap((object) => dropped(object, replaced(object))),
    ...kept.flatMap(({ was, is }) => changed(was, is)),
    ...made
      .filter(
        (object) => wasThere(object) && !gone.some(({ kind, name }) => kind === object.kind && name === object.name),
      )
      .flatMap((object) => added(object, isOnOld(object), isConcurrent)),
    ...made.filter((object) => object.kind === "index" && wasThere(object) && !isConcurrent).flatMap(built),
  ];
}

function dropped(
  { kind, name, isStrict, isFilled, definition }: SchemaObject,
  successor?: SchemaObject,
): SchemaBreak[] {
  if (successor && isNoNarrower(definition, successor.definition)) return [];
  if (kind === "index") {
    if (!isStrict || isFilled) return [];
    return [{ change: `drop index ${name}`, why: "an upsert of the running version may need it" }];
  }
  if (successor) return [{ change: `change ${kind} ${name}`, why: "the running version knows it as it was" }];
  return [{ change: `drop ${kind} ${name}`, why: "the running version may use it" }];
}

function changed(was: SchemaObject, is: SchemaObject): SchemaBreak[] {
  const { kind, name } = was;
  const found: SchemaBreak[] = [];
  const belongsToConstraint = kind === "index" && is.isFilled;
  if (bare(was) !== bare(is) && !belongsToConstraint && !(kind === "index" && !was.isStrict)) {
    found.push({ change: `rename ${kind} ${name} to ${bare(is)}`, why: "the running version uses the old name" });
  }
  if (kind === "column" && was.definition !== is.definition) {
    found.push({
      change: `change type of column ${name}`,
      why: `${was.definition} becomes ${is.definition}, and each row is read or written again under a lock`,
    });
  }
  if (kind === "column" && is.isStrict && !was.isStrict) {
    found.push({ change: `require column ${name}`, why: "the running version may write null" });
  }
  if (kind === "column" && is.isStrict && was.isStrict && was.isFilled && !is.isFilled) {
    found.push({
      change: `require column ${name}`,
      why: "it loses its default, on which the running version may rely",
    });
  }
  if (kind === "table" && is.isStrict && !was.isStrict) {
    found.push({ change: `secure table ${name}`, why: "the running version may see no rows under row-level security" });
  }
  if (kind === "table" && was.storage !== is.storage && "rpm".includes(was.definition)) {
    found.push({ change: `rewrite table ${name}`, why: "every row is written again under a lock, or removed" });
  }
  if (kind === "policy" && was.definition !== is.definition) {
    found.push({ change: `change policy ${name}`, why: "the running version may see fewer rows" });
  }
  return found;
}

function added(
  { kind, name, isStrict, isFilled }: SchemaObject,
  isOnOld: boolean,
  isConcurrent: boolean,
): SchemaBreak[] {
  if (kind === "column" && isStrict && !isFilled) {
    return [
      {
        change: `require column ${name}`,
        why: "it is not null without a default, and the running version does not fill it",
      },
    ];
  }
  if (kind === "constraint" && isOnOld) {
    return [
      {
        change: `add constraint ${name}`,
        why: "the running version may write what it refuses, and rows are checked under a lock",
      },
    ];
  }
  if (kind === "index" && isStrict && !isFilled && isOnOld && isConcurrent) {
    return [{ change: `add unique index ${name}`, why: "the running version may write what it refuses" }];
  }
  if (kind === "policy") return [{ change: `add policy ${name}`, why: "the running version may see fewer rows" }];
  return [];
}

/** A unique index inside of a transaction is one break, not two: whoever may build it has also thought of its rule. */
function built({ name, isStrict, isFilled }: SchemaObject): SchemaBreak[] {
  if (isFilled) return [];
  const why = "writes to its table wait until it is built: build it concurrently, outside of a transaction";
  return [{ change: `build ${isStrict ? "unique index" : "index"} ${name}`, why }];
}

/** The name of an object without that of its table or type, which may have another name now. */
function bare({ kind, name }: SchemaObject): string {
  if (kind === "column") return name.slice(name.lastIndexOf(".") + 1);
  return name.split(/ on | of /)[0] ?? name;
}

/** True if the definitions are the same, or differ by a list of values that has grown. */
function isNoNarrower(was: string, is: string): boolean {
  const list = /ARRAY\[([^\]]*)\]/g;
  const values = (text: string) => [...text.matchAll(list)].flatMap(([, inner = ""]) => inner.split(", "));
  const shape = (text: string) => text.replace(list, "ARRAY[]");
  if (was === "" || shape(was) !== shape(is)) return false;
  const allowed = new Set(values(is));
  return values(was).every((value) => allowed.has(value));
}
