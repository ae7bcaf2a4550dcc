/** `npm run new -- task projects/send-digest`: a task and its test. */
import { CommandError } from "../config.ts";
import { announce } from "./announce.ts";
import { spell } from "./names.ts";
import { carryOut, change, insertedBefore, refuseExisting, type ScaffoldPlan, withImports } from "./scaffold.ts";
import { exportOf, template } from "./template.ts";

/** Makes a task. Throws a {@link CommandError} that says why not. */
export async function newTask(name: string): Promise<void> {
  const parts = name.split("/");
  const verb = parts.at(-1) ?? "";
  if (parts.length > 2 || !parts.every((part) => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(part) && part.length <= 40)) {
    throw new CommandError(
      `"${name}" cannot name a task: lower-case letters and digits, words joined by "-", in a folder or in none.`,
    );
  }
  const { camel, prose } = spell(verb);
  const isInFolder = parts.length === 2;
  const from = async (file: string) =>
    (await template(`task/${file}`))
      .replaceAll("field-notes/press-leaf", name)
      .replaceAll("pressLeaf", camel)
      .replaceAll("press leaf", prose)
      .replaceAll(/"(\.\.\/)+/g, (up) => (isInFolder ? up : up.replace("../", "")));
  const plan: ScaffoldPlan = { made: new Map(), changed: new Map() };
  const source = await from("task.ts");
  plan.made.set(`src/tasks/${name}.ts`, source);
  plan.made.set(`test/tasks/${name}.test.ts`, await from("test.ts"));
  await refuseExisting(plan);
  if (["task", "z", "log", "run", "id"].includes(camel))
    throw new CommandError(`In the code of a task, "${verb}" is taken.`);
  await change(plan, "src/tasks/index.ts", (index) => {
    const line = `import { ${exportOf(source)} } from "./${name}.ts";\n`;
    return insertedBefore(withImports(index, line), "\n];", `\n  ${exportOf(source)},`);
  });
  const pages = await carryOut(`task ${name}`, plan);
  announce(plan, pages, [
    `${camel}.later({ id }) as a part of run(...) enqueues it. Next: write in src/tasks/${name}.ts what it takes and does,`,
    "and npm test. docs/tasks.md has the words of its declaration.",
  ]);
}
