import { describe, expect, it } from "vitest";
import { endpoints } from "../../src/routes/index.ts";

const sources = import.meta.glob<string>("../../src/**/*.ts", { query: "?raw", import: "default", eager: true });
/** Without what is generated, or a project of its own. */
const commands = import.meta.glob<string>(
  [
    "../../dev/**/*.ts",
    "!../../dev/make/templates/**",
    "!../../dev/openapi-tools/clients/**",
    "!../../dev/openapi-tools/out/**",
  ],
  { query: "?raw", import: "default", eager: true },
);
const routes = import.meta.glob<Record<string, unknown>>("../../src/routes/*/*.ts", { eager: true });

const files = Object.entries(sources).map(([file, text]) => ({ file: file.replace("../../src/", ""), text }));
const declared = /^export (?:declare )?(?:((?:async )?function\*?|const|class)|type|interface) (\w+)/gm;

const exportsOf = ({ file, text }: { file: string; text: string }) =>
  [...text.matchAll(declared)].map(([, value, name = ""]) => ({ file, kind: value ? "value" : "type", name }));
const exported = files.flatMap(exportsOf);
const exportedByDev = Object.entries(commands).flatMap(([file, text]) => exportsOf({ file, text }));

const aliased = /^(?:import|export)\s[^;"]*?\{[^}]*\bas\b[^}]*\}\s*from\s*"\./gm;
const suffixed = /[a-z](Page|ById)$/;
/** An endpoint is named after its resource, which may be a task. */
const taskSuffixed = /[a-z]Task$/;

describe("a name", () => {
  it("of an endpoint is its operationId", () => {
    const named = Object.values(routes).flatMap((module) => Object.entries(module));
    const names = endpoints.map((value) => named.find(([, other]) => other === value)?.[0]);
    expect(names).toStrictEqual(endpoints.map(({ policy }) => policy.operationId));
  });

  it("is exported once", () => {
    expect(exported.length).toBeGreaterThan(300);
    expect(exportedByDev.length).toBeGreaterThan(300);
    // A schema and its type share a name, and so may a resource `Order` and the type of an order.
    const byName = Map.groupBy([...exported, ...exportedByDev], ({ kind, name }) => `${kind} ${name}`);
    const shared = [...byName].filter(([, places]) => places.length > 1);
    expect(shared.map(([name, places]) => [name, places.map(({ file }) => file)])).toStrictEqual([]);
  });

  it("is the same wherever it is imported", () => {
    const wrong = files.flatMap(({ file, text }) => [...text.matchAll(aliased)].map(([line]) => `${file}: ${line}`));
    expect(wrong).toStrictEqual([]);
    expect('import { a, listItems as rows } from "../crud/items.ts";').toMatch(aliased);
    expect('import { v7 as uuidv7 } from "uuid";').not.toMatch(aliased);
  });

  it("needs no suffix that tells it from another", () => {
    const rooms = /^(routes|services|crud|tasks)\//;
    const wrong = exported.filter(
      ({ name, file }) =>
        (rooms.test(file) && suffixed.test(name) && name !== "toPage") ||
        (/^(services|crud|tasks)\//.test(file) && taskSuffixed.test(name)),
    );
    expect(wrong).toStrictEqual([]);
    for (const name of ["listItemsPage", "changeUserById"]) expect(name).toMatch(suffixed);
    expect("purgeThrottlesTask").toMatch(taskSuffixed);
  });
});
