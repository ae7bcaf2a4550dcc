/** Writes fields into the templates of a resource. */
import type { Field, Kind } from "./fields.ts";
import { articleOf, capital, type Names, spell } from "./names.ts";

/** Fills the lines `//= slot` of a template, some of which name a column: `//= keys table.owner_id`. */
export function withFields(template: string, names: Names, fields: readonly Field[]): string {
  return template.replaceAll(/^ *\/\/= (\w+)(?: (\S+))?\n/gm, (_, slot: string, column = "") => {
    const fill = slots[slot];
    if (!fill) throw new Error(`The template has no slot ${slot}.`);
    return fill(fields, names, column);
  });
}

/** The names that src/db/schema.ts imports for these fields, from drizzle and from src/values.ts. */
export function neededBy(fields: readonly Field[], names: Names): { builders: string[]; values: string[] } {
  const enums = fields.filter(({ kind }) => kind === "enum");
  const builders = fields.flatMap(({ kind, isUnique, isSearched, target }) => [
    ...(kind === "ref" ? ["index", "uuid"] : []),
    ...(target?.many.dashed === names.many.dashed ? ["type AnyPgColumn"] : []),
    ...(kind === "time" ? [] : kind === "enum" ? ["text", "check"] : isText(kind) ? ["text"] : []),
    ...(kind === "json" ? ["jsonb"] : kind === "integer" || kind === "boolean" || kind === "date" ? [kind] : []),
    ...(isUnique ? ["uniqueIndex"] : []),
    ...(isSearched ? ["index"] : []),
  ]);
  return { builders: [...new Set(builders)], values: enums.map((field) => valuesName(field, names)) };
}

/** The lists of src/values.ts for these fields. */
export function valueLists(fields: readonly Field[], names: Names): string {
  const enums = fields.filter(({ kind }) => kind === "enum");
  return each(enums, (field) => {
    const list = field.values.map((value) => `"${value}"`).join(", ");
    return `\n/** The values of \`${field.name}\` of ${names.many.prose}. */\nexport const ${valuesName(field, names)} = [${list}] as const;\n`;
  });
}

/** The name of the index that keeps a field unique, and the code of the error that it makes. */
export function uniques(fields: readonly Field[], { many, one }: Names) {
  return fields
    .filter(({ isUnique }) => isUnique)
    .map(({ name }) => ({ name, index: `${many.snake}_${name}_key`, code: `${one.snake}_${name}_taken` }));
}

/** Adds the errors of unique fields to an endpoint that writes them. */
export function withTaken(code: string, fields: readonly Field[], names: Names): string {
  const codes = uniques(fields, names).map(({ code }) => `"${code}", `);
  return code.replace("errors: [", (start) => `${start}${codes.join("")}`);
}

/** The fields that refer to a row, each with the resource of it. */
function references(fields: readonly Field[]): { name: string; target: Names }[] {
  return fields.flatMap(({ name, target }) => (target ? [{ name, target }] : []));
}

/** The fields that refer to a row of their own resource. */
export function selfReferences(fields: readonly Field[], { many }: Names): string[] {
  return references(fields).flatMap(({ name, target }) => (target.many.dashed === many.dashed ? [name] : []));
}

/** The fields that refer to a row of another resource, each with that. */
function outward(fields: readonly Field[], { many }: Names): { name: string; target: Names }[] {
  return references(fields).filter(({ target }) => target.many.dashed !== many.dashed);
}

/** The fields whose words a search finds. */
function searched(fields: readonly Field[]): Field[] {
  return fields.filter(({ isSearched }) => isSearched);
}

type Slot = (fields: readonly Field[], names: Names, column: string) => string;
const slots: Record<string, Slot> = {
  columns: (fields, names) => each(fields, (field) => `    ${field.name}: ${columnOf(field, names)},\n`),
  checks: (fields, names) =>
    each(fields, ({ kind, name, ...field }) =>
      kind === "enum"
        ? `    check("${names.many.snake}_${name}_check", oneOf(table.${name}, ${valuesName({ name, ...field }, names)})),\n`
        : "",
    ),
  // A deleted row frees its value.
  keys: (fields, names, column) =>
    uniques(fields, names)
      .map(({ name, index }) => {
        const isLive = `sql\`\${table.deleted_at} is null\``;
        return `    uniqueIndex("${index}").on(${column}, table.${name}).where(${isLive}),\n`;
      })
      .join(""),
  indexes: (fields, { many }) =>
    references(fields)
      .map(({ name }) => `    index("${many.snake}_${name}_idx").on(table.${name}),\n`)
      .join(""),
  tables: (fields) => {
    const tables = new Set(references(fields).map(({ target }) => target.many.camel));
    return tables.size === 0 ? "" : `import { ${[...tables].join(", ")} } from "../../db/schema.ts";\n`;
  },
  refersTo: (fields) => {
    const tables = references(fields).map(({ name, target }) => `${name}: ${target.many.camel}`);
    return tables.length === 0 ? "" : `    refersTo: { ${tables.join(", ")} },\n`;
  },
  refersToEach: (fields) => {
    const tables = references(fields).map(({ name, target }) => `"operations.*.item.${name}": ${target.many.camel}`);
    return tables.length === 0 ? "" : `    refersTo: { ${tables.join(", ")} },\n`;
  },
  conflicts: (fields, names) => {
    const codes = uniques(fields, names).map(({ code }) => `"${code}"`);
    return codes.length === 0 ? "" : `    errors: [${codes.join(", ")}],\n`;
  },
  words: (fields) => {
    const names = searched(fields).map(({ name }) => `"${name}"`);
    return names.length === 0 ? "" : `    search: searchOf(${names.join(", ")}),\n`;
  },
  found: (fields) => {
    const [field] = searched(fields);
    if (!field) return "";
    const word = "zeppelin".slice(0, field.max);
    return `
  it("finds those that have all words", async () => {
    const place = await aPlace();
    const { path, maker, bodies } = place;
    const { id } = await create(place, { ...bodies.create, ${field.name}: "${word}" });
    await create(place);
    const found = await maker.get(\`\${path}?q=${word.toUpperCase()}\`);
    expect(found.body.items.map((one: { id: string }) => one.id)).toStrictEqual([id]);
  });
`;
  },
  example: (fields) =>
    each(fields, (field) =>
      field.isOptional ? "" : `  ${field.name}: ${field.kind === "ref" ? exampleId : exampleOf(field)},\n`,
    ),
  others: (fields, names) => {
    const lines = outward(fields, names).flatMap(({ target: { many } }) => [
      `import { ${many.camel} } from "../../../src/db/schema.ts";\n`,
      `import { calls as of${many.pascal} } from "../${many.dashed}/calls.ts";\n`,
    ]);
    return lines.length === 0 ? "" : `${lines.join("")}import { rowFor } from "../../referred.ts";\n`;
  },
  imports: (fields, names) => {
    const { values } = neededBy(fields, names);
    const has = (kind: Kind) => fields.some((field) => field.kind === kind);
    const texts = [has("email") && "Email", has("text") && "text", has("url") && "Url"].filter(
      (name) => name !== false,
    );
    return [
      values.length > 0 ? `import { ${values.join(", ")} } from "../values.ts";\n` : "",
      has("time") ? 'import { Moment } from "./parameters.ts";\n' : "",
      texts.length > 0 ? `import { ${texts.join(", ")} } from "./text.ts";\n` : "",
    ].join("");
  },
  fields: (fields, names) => each(fields, (field) => `  ${field.name}: ${schemaOf(field, names)},\n`),
  answers: (fields) => each(fields, (field) => `    ${field.name}: ${answerOf(field)},\n`),
  optional: (fields) => {
    const names = fields.flatMap(({ name, isOptional }) => (isOptional ? [`${name}: true`] : []));
    return names.length === 0 ? "" : `  .partial({ ${names.join(", ")} })\n`;
  },
  // No row is made for a field of its own resource: that row would need one, too.
  bodies: (fields, names) => {
    const [referring, plain] = [outward(fields, names), fields.filter(({ kind }) => kind !== "ref")];
    const changed = plain.find((field) => otherOf(field) !== exampleOf(field)) ?? plain[0];
    const rows = referring.map(
      ({ name, target: { many, one } }) =>
        `${name}: await rowFor(place, ${many.camel}, of${many.pascal}.read${one.pascal})`,
    );
    const values = {
      create: plain.map((field) => `${field.name}: ${ownValueOf(field)}`),
      update: changed ? [`${changed.name}: ${ownValueOf(changed, true)}`] : [],
    };
    const isFresh = fields.some(({ isUnique }) => isUnique);
    const body = (name: "create" | "update", row: string) => {
      const object = `{ ${[...values[name], ...(rows.length === 0 ? [] : [`...${row}`])].join(", ")} }`;
      return isFresh ? `get ${name}() {\n return ${object};\n }` : `${name}: ${object}`;
    };
    // A change names other rows than the creation: nothing would show otherwise that it is made.
    const made = (rows.length === 0 ? [] : ["row", "other"]).map(
      (name) => `  const ${name} = { ${rows.join(", ")} };\n`,
    );
    return `${made.join("")}  const bodies = { ${body("create", "row")}, ${body("update", "other")} };\n`;
  },
  named: (fields, names) => {
    const own = selfReferences(fields, names);
    return own.length === 0 ? "" : `  return { ${own.map((name) => `${name}: await idOfOne()`).join(", ")} };\n`;
  },
  taken: (fields, names) =>
    uniques(fields, names)
      .map(
        ({ name, code }) => `
  it("has a ${name} that no other has, until it is deleted", async () => {
    const [first, second] = [await create(), await create()];
    const json = { ${name}: first.${name} };
    const refused = [
      await maker.post(path, { ...bodies.create, ...json }),
      await maker.patch(\`\${path}/\${second.id}\`, json),
    ];
    for (const { status, body } of refused) expect([status, body.code]).toStrictEqual([409, "${code}"]);
    expect((await maker.delete(\`\${path}/\${first.id}\`)).status).toBe(204);
    expect((await maker.patch(\`\${path}/\${second.id}\`, json)).status).toBe(200);
    expect((await maker.post(\`\${path}/\${first.id}/restore\`)).body.code).toBe("${code}");
    const elsewhere = await aPlace();
    await create(elsewhere, { ...elsewhere.bodies.create, ...json });
  });
`,
      )
      .join(""),
  wrong: (fields) => {
    const withOne = (name: string, value: string) => `  { ...bodies.create, ${name}: ${value} },\n`;
    const values = each(fields, ({ name, kind, isOptional }) =>
      [withOne(name, wrongs[kind]), isOptional ? "" : withOne(name, "null")].join(""),
    );
    return `${fields.every(({ isOptional }) => isOptional) ? "" : "  {},\n"}${values}`;
  },
};

/** Values that are not of their kind. */
const wrongs: Record<Kind, string> = {
  ...{ text: "1", email: '"nobody"', url: '"javascript:alert(1)"', integer: "1.5", boolean: '"yes"' },
  ...{ date: '"2026-02-30"', time: '"soon"', enum: '"none of these"', json: '["a list"]', ref: '"nobody"' },
};

/** A value of a row that tests make, or change. An object is not the example of its schema, which a test changes it to. */
function ownValueOf(field: Field, isChange = false): string {
  if (field.isUnique) return uniqueOf(field);
  return (field.kind === "json") === isChange ? exampleOf(field) : otherOf(field);
}

function columnOf({ kind, isOptional, target, ...field }: Field, names: Names): string {
  const builder = {
    ...{ text: "text()", email: "text()", url: "text()", integer: "integer()", boolean: "boolean()" },
    ...{ date: "date()", time: "timestamp()", json: "jsonb()" },
    enum: `text({ enum: ${valuesName(field, names)} })`,
    ref: "uuid()",
  }[kind];
  const onDelete = isOptional ? "set null" : "cascade";
  // A table that names itself has no type yet.
  const of = target?.many.dashed === names.many.dashed ? "(): AnyPgColumn" : "()";
  const reference = target ? `.references(${of} => ${target.many.camel}.id, { onDelete: "${onDelete}" })` : "";
  return `${builder}${isOptional ? "" : ".notNull()"}${reference}`;
}

function schemaOf(field: Field, names: Names): string {
  const { kind, isOptional, max } = field;
  const nullable = isOptional ? ".nullable()" : "";
  if (kind === "ref") return `Id${nullable}`;
  const bounds = `${isOptional ? "" : "min: 1, "}max: ${max.toLocaleString("en").replaceAll(",", "_")}`;
  // The bounds of the column. The document does not see those of `z.int32()`, nor that it is whole.
  const integer = "z.int().min(-2_147_483_648).max(2_147_483_647)";
  const base = {
    ...{ text: `text({ ${bounds} })`, email: "Email", url: "Url", integer, boolean: "z.boolean()" },
    ...{ date: "z.iso.date()", time: "Moment", enum: `z.enum(${valuesName(field, names)})` },
    json: "z.record(z.string(), z.unknown())",
  }[kind];
  // The document does not see through the transformation of a time.
  const shape = kind === "time" && isOptional ? 'type: ["string", "null"], format: "date-time", ' : "";
  return `${base}${nullable}.openapi({ ${shape}example: ${exampleOf(field)} })`;
}

/** Rows may hold texts of older and laxer rules, and times in one notation. */
function answerOf(field: Field): string {
  const { kind, name, isOptional } = field;
  const nullable = isOptional ? ".nullable()" : "";
  if (isText(kind)) return `z.string()${nullable}.openapi({ example: ${exampleOf(field)} })`;
  return kind === "time" ? `Timestamp${nullable}` : `fields.${name}`;
}

const exampleId = '"019a0000-0000-7000-8000-000000000000"';

function exampleOf({ name, kind, values, max }: Pick<Field, "name" | "kind" | "values" | "max">): string {
  const prose = name.replaceAll("_", " ");
  return {
    ...{ text: within(max, `${capital(articleOf(prose))} ${prose}`), integer: "3", boolean: "true" },
    ...{ email: '"ada@example.com"', url: '"https://example.com/a"' },
    ...{ date: '"2026-11-23"', time: '"2026-11-23T09:30:00.000Z"', enum: `"${values[0]}"` },
    ...{ json: '{"color": "teal"}', ref: "null" },
  }[kind];
}

/** Another value than the example, if there is one. */
function otherOf({ kind, values, max }: Field): string {
  return {
    ...{ text: within(max, "Other text"), email: '"grace@example.com"', url: '"https://example.com/b"' },
    ...{ integer: "4", boolean: "false" },
    ...{ date: '"2026-12-24"', time: '"2026-12-24T09:30:00.000Z"', enum: `"${values[1] ?? values[0]}"` },
    ...{ json: '{"color": "red"}', ref: "null" },
  }[kind];
}

/** A text of this length at most, in JavaScript. */
function within(max: number, text: string): string {
  return `"${text.slice(0, max).trim()}"`;
}

/** A value that no other row has, in JavaScript, made anew each time. */
function uniqueOf({ kind, max }: Field): string {
  const random = "crypto.randomUUID()";
  if (kind === "integer") return "Math.trunc(Math.random() * 2_147_483_647)";
  if (kind === "email") return `\`\${${random}}@example.com\``;
  if (kind === "url") return `\`https://example.com/\${${random}}\``;
  // Of a few hexadecimal digits, two would soon be the same.
  if (max < 12)
    return `String.fromCodePoint(...crypto.getRandomValues(new Uint16Array(${max})).map((n) => n % 20_000 + 0x4e00))`;
  return max < 36 ? `${random}.slice(-${max})` : random;
}

/** True of a kind that is a text in its column, and in answers. */
function isText(kind: Kind): boolean {
  return kind === "text" || kind === "email" || kind === "url";
}

function valuesName({ name }: Pick<Field, "name">, { one }: Names): string {
  return `${one.camel}${spell(name.replaceAll("_", "-")).pascal}Values`;
}

function each(fields: readonly Field[], write: (field: Field) => string): string {
  return fields.map(write).join("");
}
