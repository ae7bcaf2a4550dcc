/** Isolates what relies on internals of drizzle. A new version of it must pass test/db/drizzle.test.ts. */
import type { NeonQueryFunction } from "@neondatabase/serverless";
import { Column, fillPlaceholders, is, SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { NeonHttpDatabase, NeonHttpSession } from "drizzle-orm/neon-http";
import { PgDeleteBase, PgDialect, PgInsertBase, PgSelectBase, PgUpdateBase } from "drizzle-orm/pg-core";
import { PgRaw } from "drizzle-orm/pg-core/query-builders/raw";
import { type JsonRow, readResults } from "./json-rows.ts";
import { outlineOf, type StatementOutline } from "./outline.ts";

export type Driver = NeonQueryFunction<false, false>;
type Database = NeonHttpDatabase<Record<string, never>> & { $client: Driver; comparesPrepared?: boolean };

export const dialect = qualifying(new PgDialect());

/**
 * Qualifies columns with their table. drizzle omits it in a `select` or `returning` over one table, and a subquery in
 * `sql` would then silently use its own table's column.
 */
function qualifying(plain: PgDialect): PgDialect {
  const build: (fields: unknown, options?: object) => SQL = Reflect.get(plain, "buildSelection");
  Reflect.set(plain, "buildSelection", (fields: unknown) => build.call(plain, fields));
  return plain;
}

/** Puts drizzle over this driver of Neon's. */
export function databaseOver(driver: Driver): Database {
  const database = new NeonHttpDatabase<Record<string, never>>(
    dialect,
    new NeonHttpSession(driver, dialect, undefined),
    undefined,
  );
  return Object.assign(database, { $client: driver });
}

/** Builds queries but sends none, so that cached queries belong to no request. */
const offline = databaseOver((() => {}) as unknown as Driver);

/** The prepared form of a statement, which drizzle's types omit. */
export type PreparedForm = {
  /** True of a query of {@link prepared} whose SQL ends in a condition in parentheses, so that `and …` may follow. */
  endsInCondition?: boolean;
  getQuery(): { sql: string; params: unknown[] };
  isResponseInArrayMode(): boolean;
  mapResult(result: unknown, isFromBatch: boolean): unknown;
  execute(...args: unknown[]): Promise<unknown>;
};

/** A query whose SQL was built, with placeholders for the values. */
type Kept = { built: BatchItem<"pg">; query: PreparedForm; sql: string; params: unknown[] };

/** The most shapes kept for one query. Shapes follow from the code: more of them mean that a value was passed among the words. */
const mostShapes = 500;

/**
 * Builds the SQL of a query once per isolate and shape, since building costs more CPU than verifying a token. A shape is
 * `words`, such as a sort, and which values are undefined or null. `build` may test a value for these and nothing else,
 * and must make no value itself, such as an id: {@link comparingPrepared} finds out in tests.
 */
export function prepared<Values extends object, Words = void, Query extends BatchItem<"pg"> = BatchItem<"pg">>(
  build: (db: Database, values: Values, words: Words) => Query,
): (db: Database, values: Values, words: Words) => Query {
  const shapes = new Map<string, Kept>();
  return (db, values, words) => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    const shape = JSON.stringify([given.map(([name, value]) => [name, value === null]), words]);
    const known =
      shapes.get(shape) ?? keep(() => build(offline, Object.fromEntries(given.map(inShape)) as Values, words));
    if (shapes.size < mostShapes) shapes.set(shape, known);
    const anew = () => build(db, values, words);
    const execute: PreparedForm["execute"] = (...args) => preparedFormOf(anew()).execute(...args);
    const getQuery = () => {
      const query = filledBy(known, Object.fromEntries(given));
      if (db.comparesPrepared) refuseOther(query, anew());
      return query;
    };
    const filled: PreparedForm = Object.assign(Object.create(known.query), { getQuery, execute });
    // Builds the query itself only where it runs outside a request or inside another query, where nothing is hot.
    return Object.assign(Object.create(known.built), { _prepare: () => filled, execute, getSQL: () => sqlOf(anew()) });
  };
}

/** Has each query of {@link prepared} on this database built anew as well, and refuses one that differs. For tests. */
export function comparingPrepared<Compared extends Database>(database: Compared): Compared {
  return Object.assign(database, { comparesPrepared: true });
}

function refuseOther(kept: { sql: string; params: unknown[] }, built: BatchItem<"pg">): void {
  parenthesizeCondition(built);
  const anew = preparedFormOf(built).getQuery();
  if (kept.sql === anew.sql && JSON.stringify(kept.params) === JSON.stringify(anew.params)) return;
  throw new Error(
    `A query that is built once asks what a value is, not only if it is there: pass it among the words. Kept: ${kept.sql} Now: ${anew.sql}`,
  );
}

/** drizzle accepts a placeholder wherever it accepts a value, but would fill it with JSON's null for null. */
function inShape([name, value]: [string, unknown]): [string, unknown] {
  return [name, value === null ? null : sql.placeholder(name)];
}

function keep(build: () => BatchItem<"pg">): Kept {
  const built = build();
  parenthesizeCondition(built);
  const query = Object.assign(preparedFormOf(built), { endsInCondition: endsInCondition(built) });
  const { sql, params } = query.getQuery();
  const again = preparedFormOf(build()).getQuery().params;
  // A computed value would be kept for all later queries.
  if (params.some((param, i) => typeof param !== "object" && param !== again[i])) {
    throw new Error("A query that is built once computes a value, such as an id or a default: pass it as a value");
  }
  // Frozen, as a change would be kept for all later queries too.
  const config = Object.freeze(configOf(built));
  for (const part of Object.values(config)) if (Array.isArray(part)) Object.freeze(part);
  return { built, query, sql, params };
}

/** A condition with its SQL, which was built once per isolate. */
type Filled = SQL & { filled: { sql: string; params: unknown[] } };

/** Builds a condition once per isolate and then only fills it in, as {@link prepared} does a select. */
export function preparedCondition<Texts extends string[], T>(
  build: (...texts: Texts) => SQL<T>,
): (...texts: Texts) => SQL<T> {
  let kept: { sql: string; params: unknown[] } | undefined;
  return (...texts) => {
    kept ??= dialect.sqlToQuery(build(...(texts.map((_, i) => sql.placeholder(String(i))) as unknown[] as Texts)));
    return Object.assign(build(...texts), { filled: filledBy(kept, Object.fromEntries(texts.entries())) });
  };
}

/** The conjunction of conditions, in their order. Keeps what was built of each. */
export function allOf(first: SQL<boolean>, ...others: readonly SQL<boolean>[]): SQL<boolean> {
  return others.reduce((left, right) => {
    const [a, b] = [queryOf(left), queryOf(right)];
    const filled = { sql: `${a.sql} and ${moved(b.sql, a.params.length)}`, params: [...a.params, ...b.params] };
    return Object.assign(sql<boolean>`${left} and ${right}`, { filled });
  }, first);
}

/** The SQL with its parameters counted on from this many others. */
export function moved(sql: string, by: number): string {
  return sql.replaceAll(/\$(\d+)/g, (_, number) => `$${Number(number) + by}`);
}

/** The SQL of a condition, with its parameters. */
export function queryOf(condition: SQL): { sql: string; params: unknown[] } {
  return "filled" in condition ? (condition as Filled).filled : dialect.sqlToQuery(condition);
}

function filledBy({ sql, params }: { sql: string; params: unknown[] }, values: Record<string, unknown>) {
  return { sql, params: fillPlaceholders(params, values) };
}

/** Puts the condition of a select into parentheses, so that more may follow it. */
function parenthesizeCondition(statement: BatchItem<"pg">): void {
  const config = configOf(statement);
  if (is(statement, PgSelectBase) && config.where) config.where = sql`(${config.where})`;
}

/** True for a select with a condition that nothing follows. */
function endsInCondition(statement: BatchItem<"pg">): boolean {
  const { where, orderBy, groupBy, having, limit, offset, lockingClause, setOperators } = configOf(statement);
  if (!is(statement, PgSelectBase) || !where) return false;
  const behind = [orderBy, groupBy, setOperators].flatMap((list) => list ?? []);
  return behind.length === 0 && [having, limit, offset, lockingClause].every((one) => one === undefined);
}

/** The statement in its prepared form: its text, its parameters, and the reader of its answer. */
export function preparedFormOf(statement: BatchItem<"pg">): PreparedForm {
  return (statement as BatchItem<"pg"> & { _prepare(): PreparedForm })._prepare();
}

/** True for SQL by hand, from `db.execute`. */
export function isRaw(statement: BatchItem<"pg">): boolean {
  return is(statement, PgRaw);
}

/** Describes a statement that is to be nested in another. */
export function outlineOfStatement(statement: BatchItem<"pg">): StatementOutline {
  const { withList, returning } = configOf(statement);
  // Reads a builder's configuration, because building its text would cost far more.
  if (isRaw(statement) || withList?.length) return outlineOf(dialect.sqlToQuery(sqlOf(statement)).sql);
  const writes = is(statement, PgInsertBase) || is(statement, PgUpdateBase) || is(statement, PgDeleteBase);
  return { answersRows: !writes || returning !== undefined, writesInWith: false };
}

/** The parts of a builder that decide what can be built around it. */
type Config = {
  withList?: unknown[];
  returning?: unknown;
  where?: SQL | undefined;
  orderBy?: unknown[];
  groupBy?: unknown[];
  setOperators?: unknown[];
} & { readonly [Part in "having" | "limit" | "offset" | "lockingClause"]?: unknown };

function configOf(statement: BatchItem<"pg">): Config {
  return Reflect.get(statement, "config") ?? {};
}

type Mapper = { fields?: { field: unknown }[]; mapResult(result: { rows: unknown[]; rowCount: number }): unknown };

/** The common shape of `db.execute` and drizzle's builders, which the type of a batch's statements omits. */
type Built = SQLWrapper & (Mapper | { prepare(name: string): Mapper });

function mapperOf(statement: BatchItem<"pg">): Mapper {
  const built = statement as Built & typeof statement;
  return "prepare" in built ? built.prepare("") : built;
}

function sqlOf(statement: BatchItem<"pg">): SQL {
  return (statement as Built & typeof statement).getSQL();
}

/**
 * Makes a query around `statement` that answers like the statement itself. `around` takes `answer as (…)` for its
 * `with`, and must answer one row whose `rows` are those of `answer`, as JSON.
 */
export function answeringAs(statement: BatchItem<"pg">, around: (answer: SQL) => BatchItem<"pg">): BatchItem<"pg"> {
  const mapper = mapperOf(statement);
  // Renames columns, because JSON would keep only one of two with the same name.
  const names = mapper.fields && sql` (${sql.join(namesOf(mapper.fields).map(sql.identifier), sql`, `)})`;
  const query = around(sql`answer${names} as (${sqlOf(statement)})`) as BatchItem<"pg"> & Pick<PgRaw<Rows>, "execute">;
  const answer = ({ rows: [row] }: Rows) => mapped(mapper, readResults(`[${row?.rows ?? "[]"}]`)[0] ?? []);
  const { execute } = query;
  return Object.assign(query, { mapResult: answer, execute: async () => answer(await execute()) });
}

type Rows = { rows: { rows: string }[] };

/** Restores the statement's own answer from its rows as JSON. */
export function answerFrom(statement: BatchItem<"pg">, rows: JsonRow[]): unknown {
  return mapped(mapperOf(statement), rows);
}

function mapped(mapper: Mapper, rows: JsonRow[]): unknown {
  const { fields } = mapper;
  return mapper.mapResult({ rows: fields ? rows.map((row) => valuesOf(row, fields)) : rows, rowCount: rows.length });
}

/** Unique names: a column's own, which later columns do not move, or else the position of the field. */
function namesOf(fields: { field: unknown }[]): string[] {
  const seen = new Set<string>();
  return fields.map(({ field }, index) => {
    const name = is(field, Column) && !seen.has(field.name) ? field.name : String(index);
    seen.add(name);
    return name;
  });
}

/** The values in the order of the fields. A column added after the row was recorded has its default. */
function valuesOf(row: JsonRow, fields: { field: unknown }[]): unknown[] {
  return namesOf(fields).map((name, index) => {
    if (name in row) return row[name];
    const { field } = fields[index] ?? {};
    const value = is(field, Column) ? field.default : undefined;
    return value === undefined || is(value, SQL) ? null : value;
  });
}
