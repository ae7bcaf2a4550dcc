/** Holds each field of a body against the column of its name: the schema takes nothing that the column cannot hold. */
import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { describe, expect, it } from "vitest";
import { endpoints } from "../../src/routes/index.ts";
import { operationOf, resolved, type Schema } from "../examples.ts";

const modules = Object.values(import.meta.glob<Record<string, unknown>>("../../src/db/schema.ts", { eager: true }));
const tables = modules
  .flatMap((module) => Object.values(module))
  .filter((value): value is PgTable => is(value, PgTable))
  .map(getTableConfig);

type Bounds = { least: number; most: number } | { longest: number };

/** The bounds of this SQL type. Undefined for one that holds whatever a schema of its kind takes. */
function boundsOf(sqlType: string): Bounds | undefined {
  const [, name = "", first = "", second = "0"] = /^([a-z]+)(?:\((\d+)(?:, ?(\d+))?\))?$/.exec(sqlType) ?? [];
  if (name === "integer" || name === "serial") return { least: -2_147_483_648, most: 2_147_483_647 };
  if (name === "smallint" || name === "smallserial") return { least: -32_768, most: 32_767 };
  if (["varchar", "char"].includes(name) && first) return { longest: Number(first) };
  if (name !== "numeric" || !first) return undefined;
  const most = 10 ** (Number(first) - Number(second)) - 10 ** -Number(second);
  return { least: -most, most };
}

/** The types that a field may have, each with its bounds. */
function variantsOf(given: Schema): Schema[] {
  const schema = resolved(given);
  return [schema, ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(variantsOf)];
}

/** Tells which bounds a field lacks for a column of this type. */
function lackOf(sqlType: string, field: Schema): string | undefined {
  const bounds = boundsOf(sqlType);
  if (!bounds) return undefined;
  const variants = variantsOf(field).filter((one) => one.enum === undefined && one.const === undefined);
  if ("longest" in bounds) {
    const isLong = variants.some((one) => one.type === "string" && (one.maxLength ?? Infinity) > bounds.longest);
    return isLong ? `maxLength ${bounds.longest}` : undefined;
  }
  const { least, most } = bounds;
  const isWide = ({ maximum, minimum, exclusiveMaximum, exclusiveMinimum }: Schema) =>
    (maximum ?? exclusiveMaximum ?? Infinity) > most || (minimum ?? exclusiveMinimum ?? -Infinity) < least;
  const numbers = variants.filter(({ type }) => type === "integer" || type === "number");
  return numbers.some(isWide) ? `${least} to ${most}` : undefined;
}

/** The fields of a body that are columns of the table that the path names. */
const fields = endpoints.flatMap((endpoint) => {
  const { operationId, path } = endpoint.policy;
  const noun = path.split("/").findLast((segment) => !segment.startsWith("{")) ?? "";
  const { columns = [] } = tables.find(({ name }) => name === noun.replaceAll("-", "_")) ?? {};
  const body: Schema = operationOf(endpoint).requestBody?.content["application/json"]?.schema ?? {};
  return Object.entries(resolved(body).properties ?? {}).flatMap(([field, schema]) => {
    const column = columns.find(({ name }) => name === field);
    return column ? [{ name: `${operationId} ${field}`, schema, sqlType: column.getSQLType() }] : [];
  });
});

describe("a field with the name of a column", () => {
  it("is within the bounds of the column, so that a 422 names it", () => {
    expect(fields.length).toBeGreaterThan(0);
    const lacks = fields.flatMap(({ name, schema, sqlType }) => {
      const lack = lackOf(sqlType, schema);
      return lack ? [`${name}, ${sqlType}: let its schema say ${lack}`] : [];
    });
    expect(lacks).toStrictEqual([]);
  });

  it.each<[string, Schema, string | undefined]>([
    ["integer", { type: "integer", minimum: -9_007_199_254_740_991, maximum: 9_007_199_254_740_991 }, "-2147483648 to"],
    ["integer", { type: "integer", minimum: 0 }, "-2147483648 to 2147483647"],
    ["integer", { type: "integer", minimum: -2_147_483_648, maximum: 2_147_483_647 }, undefined],
    ["integer", { anyOf: [{ type: "integer", minimum: 1, maximum: 9 }, { type: "null" }] }, undefined],
    ["integer", { anyOf: [{ type: "number" }, { type: "null" }] }, "-2147483648 to"],
    ["integer", { type: "integer", enum: [1, 2] }, undefined],
    ["smallint", { type: "integer", minimum: 0, maximum: 40_000 }, "-32768 to 32767"],
    ["numeric(5, 2)", { type: "number", minimum: 0, maximum: 1_000 }, "-999.99 to 999.99"],
    ["numeric(5, 2)", { type: "number", minimum: 0, maximum: 999.99 }, undefined],
    ["numeric(5, 2)", { type: "number", minimum: -1_000, maximum: 9 }, "-999.99 to 999.99"],
    ["numeric", { type: "number" }, undefined],
    ["varchar(5)", { type: "string" }, "maxLength 5"],
    ["varchar(5)", { anyOf: [{ type: "string", maxLength: 6 }, { type: "null" }] }, "maxLength 5"],
    ["varchar(5)", { type: "string", maxLength: 5 }, undefined],
    ["text", { type: "string" }, undefined],
    ["bigint", { type: "integer" }, undefined],
  ])("would be found otherwise: %s as %j", (sqlType, schema, lack) => {
    const found = lackOf(sqlType, schema);
    if (lack === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(lack);
  });
});
