import { expect, it } from "vitest";
import { allTasks } from "../../src/tasks/index.ts";

const modules = import.meta.glob<Record<string, unknown>>("../../src/tasks/**/*.ts", { eager: true });

it("every task of src/tasks is in the list once, under a name of its own", () => {
  const declared = Object.entries(modules)
    .filter(([file]) => !file.endsWith("/tasks/index.ts"))
    .flatMap(([, module]) => Object.values(module).flat())
    .filter((value) => typeof value === "object" && value !== null && "perform" in value);
  expect(declared.length).toBeGreaterThan(0);
  expect(new Set<unknown>(allTasks)).toStrictEqual(new Set(declared));
  expect(new Set(allTasks.map(({ name }) => name)).size).toBe(allTasks.length);
});
