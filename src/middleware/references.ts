import { eq, type SQL, sql } from "drizzle-orm";
import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv, ReferredTable, RefersTo, Statement } from "../context/types.ts";
import { ownedOrAdmin } from "../crud/owned.ts";
import { requireEach } from "../crud/rows.ts";
import type { FieldError } from "../schemas/field-errors.ts";
import type { Caller, Membership } from "../security/caller.ts";

/** An id in a body, with its place there. */
type Named = { id: string; loc: FieldError["loc"]; table: ReferredTable };
type ReferringEnv = AppEnv & { Variables: { user?: Caller; member?: Membership } };

/** Has `run` require the rows that the fields of a body name, once it was validated. */
export function references(refersTo: RefersTo): MiddlewareHandler<ReferringEnv> {
  return (c, next) => {
    let named: Named[] | undefined;
    const all = () => {
      named ??= namedIn(c, refersTo);
      return named;
    };
    c.set("references", {
      locs: () => all().map(({ loc }) => loc),
      required: (db) =>
        [...new Set(Object.values(refersTo))].flatMap((table): Statement[] => {
          const rows = all().flatMap(({ id, ...one }, place) => (one.table === table ? [{ id, place }] : []));
          return rows.length === 0 ? [] : [requireEach(db, table, rows, isReachable(table, c.var))];
        }),
    });
    return next();
  };
}

function namedIn(c: Context<ReferringEnv>, refersTo: RefersTo): Named[] {
  const req = c.req as unknown as { valid(target: "form" | "json"): object | undefined };
  // The one that was not sent is empty.
  const bodies = [req.valid("form"), req.valid("json")];
  return Object.entries(refersTo).flatMap(([field, table]) =>
    bodies
      .flatMap((body) => textsAt(body, field.split("."), ["body"]))
      .map(({ text, loc }) => ({ id: text, loc, table })),
  );
}

/**
 * The texts at a path, in which `*` stands for each entry of a list, or for the one that a schema takes in its place. Throws
 * where something else is, rather than require no row.
 */
function textsAt(
  value: unknown,
  path: readonly string[],
  loc: FieldError["loc"],
): { text: string; loc: FieldError["loc"] }[] {
  const [part, ...rest] = path;
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && (part === "*" || part === undefined)) {
    return value.flatMap((one, i) => textsAt(one, rest, [...loc, i]));
  }
  if (part === "*") return textsAt(value, rest, loc);
  if (part !== undefined) return textsAt(Object(value)[part], rest, [...loc, part]);
  if (typeof value !== "string") throw new Error(`${loc.join(".")} is no id, and refersTo names it`);
  return [{ text: value, loc }];
}

function isReachable(table: ReferredTable, { user, member }: ReferringEnv["Variables"]): SQL {
  if (member && "organization_id" in table) return eq(table.organization_id, member.organizationId);
  return user && "owner_id" in table ? ownedOrAdmin(table, user) : sql`false`;
}
