import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { readTextIfAny } from "../../text.ts";
import { type CheckLine, checkLines, unknown } from "../line.ts";

const Wanted = z.looseObject({
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});
const Locked = z.looseObject({
  version: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  optional: z.boolean().optional(),
  devOptional: z.boolean().optional(),
});
const Lock = z.object({ packages: z.record(z.string(), Locked) });

type Packages = z.infer<typeof Lock>["packages"];

/** Finds packages that are bundled here, and that the commit does not name: an upload would not be that of the commit. */
export async function packageLines(project: string): Promise<CheckLine[]> {
  const name = "packages";
  const lock = await packagesIn(join(project, "package-lock.json"));
  // npm notes there what it has installed.
  const installed = await packagesIn(join(project, "node_modules/.package-lock.json"));
  if (!lock || !installed)
    return [unknown(name, "npm does not tell what it has installed, or by which package-lock.json")];
  const faults = [...(await staleFaults(project, lock)), ...installedFaults(lock, installed)];
  return checkLines(name, faults, "installed as package-lock.json says, and that is of package.json");
}

async function packagesIn(file: string): Promise<Packages | undefined> {
  const text = await readTextIfAny(file);
  return text === "" ? undefined : Lock.parse(JSON.parse(text)).packages;
}

/** The packages of this repository whose package.json has changed since the lock was written. */
async function staleFaults(project: string, lock: Packages): Promise<string[]> {
  const own = Object.keys(lock).filter((path) => !path.split("/").includes("node_modules"));
  const stale: string[] = [];
  for (const path of own) {
    const file = join(path, "package.json");
    const wanted = Wanted.parse(JSON.parse((await readTextIfAny(join(project, file))) || "{}"));
    const { dependencies, devDependencies, optionalDependencies } = Wanted.parse(lock[path]);
    const isSame = isDeepStrictEqual(
      [wanted.dependencies, wanted.devDependencies, wanted.optionalDependencies],
      [dependencies, devDependencies, optionalDependencies],
    );
    if (!isSame) stale.push(`package-lock.json is not that of ${file}: npm install, and commit it`);
  }
  return stale;
}

/** The packages that are missing or others here. Those of other platforms may be missing. */
function installedFaults(lock: Packages, installed: Packages): string[] {
  const others = Object.entries(lock).flatMap(([path, { version, integrity, link, optional, devOptional }]) => {
    if (link || !path.split("/").includes("node_modules")) return [];
    const found = installed[path];
    if (!found) return optional || devOptional ? [] : [`${nameOf(path)} ${version} is missing`];
    const isSame = found.version === version && found.integrity === integrity;
    return isSame ? [] : [`${nameOf(path)} is ${found.version}, not ${version}`];
  });
  const more = others.length > 3 ? `, and ${others.length - 3} more` : "";
  const told = `not installed as package-lock.json says: ${others.slice(0, 3).join(", ")}${more}: npm ci`;
  return others.length > 0 ? [told] : [];
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}
