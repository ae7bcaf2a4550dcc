/** `npm run new -- endpoint projects/archive`: one more endpoint of a resource, its call and its test. */
import { CommandError } from "../config.ts";
import { announce } from "./announce.ts";
import { capital, inNameOf, type Names, refuseUsed, spell } from "./names.ts";
import { isDirectly, resourceOwner } from "./owners.ts";
import { carryOut, change, projectText, refuseExisting, type ScaffoldPlan, withImports } from "./scaffold.ts";
import { exportOf, inVariant, template } from "./template.ts";

/** Makes an endpoint of a resource. Throws a {@link CommandError} that says why not. */
export async function newEndpoint(names: Names, verb: string): Promise<void> {
  const { many, one } = names;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(verb) || verb.length > 40) {
    throw new CommandError(
      `"${verb}" cannot name an endpoint: lower-case letters and digits, words joined by "-", at most 40.`,
    );
  }
  const owner = await resourceOwner(many.dashed);
  if (!owner) {
    throw new CommandError(`${many.camel} is not in ownedTables: npm run new -- resource ${many.dashed} makes it.`);
  }
  const folder = owner === "user" ? "endpoint" : "organization-endpoint";
  if (!(await isDirectly(many.dashed, owner))) {
    throw new CommandError(
      `${many.prose} are under another resource: copy src/routes/${many.dashed}/update.ts, and list the copy.`,
    );
  }
  const { dashed, camel, prose } = spell(verb);
  const calls = `test/routes/${many.dashed}/calls.ts`;
  // Only a function of the resource's own can make a row to call it on.
  const making = new RegExp(`^async function (an?${one.pascal})\\((?:\\)|\\w+\\?)`, "m");
  const [, maker] = making.exec(await projectText(calls).catch(() => "")) ?? [];
  const from = async (file: string) =>
    inNameOf(names, inVariant(await template(`${folder}/${file}`), new Set([maker ? "called" : "uncalled"])))
      .replaceAll("press-leaf", dashed)
      .replaceAll("pressLeaf", camel)
      .replaceAll("Press leaf", capital(prose));
  const plan: ScaffoldPlan = { made: new Map(), changed: new Map() };
  const route = await from("route.ts");
  plan.made.set(`src/routes/${many.dashed}/${dashed}.ts`, route);
  plan.made.set(`test/routes/${many.dashed}/${dashed}.test.ts`, await from("test.ts"));
  await refuseExisting(plan);
  refuseUsed(one.camel, await template(`${folder}/route.ts`));
  await change(plan, "src/routes/index.ts", (index) => {
    const imports = [...index.matchAll(new RegExp(`^import \\{ (\\w+) \\} from "\\./${many.dashed}/.*\\n`, "gm"))];
    const last = imports
      .map(([, endpoint]) => `  ${endpoint},\n`)
      .toSorted((a, b) => index.indexOf(a) - index.indexOf(b))
      .at(-1);
    if (last === undefined) throw new CommandError(`src/routes/index.ts has no endpoint of ${many.prose}.`);
    const line = `import { ${exportOf(route)} } from "./${many.dashed}/${dashed}.ts";\n`;
    return withImports(index, line).replace(last, `${last}  ${exportOf(route)},\n`);
  });
  if (maker) await change(plan, calls, (given) => withCall(given, exportOf(route), maker, dashed));
  const pages = await carryOut(`endpoint ${many.dashed}/${dashed}`, plan);
  announce(plan, pages, [
    `POST ${/path: "(.*)"/.exec(route)?.[1]} answers the ${one.prose} as it is. Next: write in src/crud/${many.dashed}.ts what it changes,`,
    `call that in src/routes/${many.dashed}/${dashed}.ts, say it in its summary, and npm test.`,
    ...(maker ? [] : [`${calls} has no function that makes ${one.prose}: add a call that succeeds by hand.`]),
  ]);
}

/** Adds a call that succeeds, with which the tests of the house hold the endpoint's words and its round trips. */
function withCall(calls: string, endpoint: string, maker: string, verb: string): string {
  const end = calls.lastIndexOf("\n};");
  if (end === -1) throw new CommandError("Expected an object of calls.");
  const call = `
  ${endpoint}: async () => {
    const { path, token } = await ${maker}();
    return { path: \`\${path}/${verb}\`, token };
  },`;
  return `${calls.slice(0, end)}${call}${calls.slice(end)}`;
}
