/** Finds endpoints that let a caller refer to a row which the caller cannot reach. */
import { eq } from "drizzle-orm";
import { expect } from "vitest";
import { reachEvery } from "../src/crud/organization-rows.ts";
import { deletion } from "../src/crud/rows.ts";
import type { Endpoint } from "../src/endpoint/endpoint.ts";
import { type Call, send } from "./calls.ts";
import { type Answer, db } from "./harness.ts";

/** Fails unless each field of a `refersTo` takes one's own row, and none that is missing, somebody else's or deleted. */
export async function holdReferences(
  endpoint: Endpoint,
  make: () => Promise<Call>,
  ask: (call: Call) => Promise<Answer> = (call) => send(endpoint, call),
) {
  for (const [field, table] of Object.entries(endpoint.contract.refersTo ?? {})) {
    const [own, others] = [await make(), await make()];
    const path = field.split(".").map((part) => (part === "*" ? 0 : part));
    const [id, theirs] = [valueAt(own.json, path), valueAt(others.json, path)];
    expect([id, theirs], `its call sends ${field}: see test/routes/<resource>/calls.ts`).toStrictEqual([
      expect.any(String),
      expect.any(String),
    ]);
    const refused = async (call: Call, why: string) => {
      const { status, body } = await ask(call);
      const errors = [{ loc: ["body", ...path], msg: "Must exist", type: "not_found" }];
      expect([status, body.code, body.errors], why).toStrictEqual([422, "invalid_reference", errors]);
    };
    const naming = (value: unknown) => ({ ...own, json: withValue(own.json, path, value) });
    await refused(naming(crypto.randomUUID()), `${field} of a row that is missing`);
    // An admin reaches everybody's.
    if (endpoint.contract.access !== "admin") await refused(naming(theirs), `${field} of somebody else's row`);
    await db.batch([reachEvery(db), db.update(table).set(deletion).where(eq(table.id, theirs))]);
    await refused(others, `${field} of a deleted row`);
    expect((await ask(own)).status, `${field} of one's own row`).toBeLessThan(300);
  }
}

type Path = readonly (string | number)[];

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, part) => Object(inner)[part], value);
}

/** A copy with another value at this path. */
function withValue(json: Call["json"], path: Path, value: unknown): Record<string, unknown> {
  const copy = structuredClone(json ?? {});
  Object.assign(Object(valueAt(copy, path.slice(0, -1))), { [path.at(-1) ?? ""]: value });
  return copy;
}
