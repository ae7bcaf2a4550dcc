/**
 * `npm run contract [-- --since REF]`: compares openapi.json with that of a git ref, the newest tag by default. Fails on a
 * break. `--all` also lists changes that break nobody.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CommandError, failWith, projectFolder } from "../config.ts";
import type { Change } from "../contract/change.ts";
import { compare } from "../contract/compare.ts";
import { git } from "../git.ts";
import { openapiFile } from "./openapi.ts";

/** Tells these changes, each once for all operations that have it; those that break nobody only if `all`. */
export function changeReport(changes: readonly Change[], all: boolean): string[] {
  const shown = Map.groupBy(
    changes.filter((change) => all || isBreak(change)),
    told,
  );
  const [breaking, harmless] = [changes.filter(isBreak).length, changes.filter((change) => !isBreak(change)).length];
  return [
    ...[...shown].map(([line, group]) => `${line}\n  ${operationsIn(group)}`),
    `${counted(breaking, "break")} old clients, ${harmless} ${harmless === 1 ? "breaks" : "break"} nobody${all || harmless === 0 ? "" : " (--all lists them)"}.`,
  ];
}

function counted(count: number, verb: string): string {
  return count === 1 ? `1 change ${verb}s` : `${count} changes ${verb}`;
}

function operationsIn(group: readonly Change[]): string {
  const names = group.map(({ operation }) => operation);
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

/** The breaks that no sunset allows. */
export function refused(changes: readonly Change[]): Change[] {
  return changes.filter((change) => isBreak(change) && change.allowed === undefined);
}

function isBreak({ breaks }: Change): boolean {
  return breaks === "old clients";
}

function told({ place, rule, breaks, allowed }: Change): string {
  return `${place}: ${rule}. Breaks ${breaks}${allowed === undefined ? "" : `, allowed: ${allowed}`}.`;
}

/**
 * The newest tag, or the one before it if that is what is being released. Undefined without one; a shallow clone, which
 * cannot know, is refused.
 */
export async function lastRelease(project: string, current: string): Promise<string | undefined> {
  const tagBefore = async (commit: string) => (await git(project, "describe", "--tags", "--abbrev=0", commit))?.trim();
  const newest = await tagBefore("HEAD");
  const isBeingReleased =
    newest !== undefined &&
    (await git(project, "describe", "--tags", "--exact-match", "HEAD")) !== undefined &&
    (await git(project, "show", `${newest}:./${openapiFile}`)) === current;
  const release = isBeingReleased ? await tagBefore(`${newest}^`) : newest;
  if (release === undefined && (await git(project, "rev-parse", "--is-shallow-repository"))?.trim() === "true") {
    throw new CommandError(
      "This clone is shallow and lacks the tags of releases. Get them by `git fetch --unshallow --tags`, or name a commit by --since.",
    );
  }
  return release;
}

async function main(): Promise<void> {
  const options = { all: { type: "boolean", default: false }, since: { type: "string" } } as const;
  const { values } = parseArgs({ options });
  const current = await readFile(join(projectFolder, openapiFile), "utf8");
  const ref = values.since ?? (await lastRelease(projectFolder, current));
  if (!ref) return console.log("There is no release yet to compare openapi.json with: no earlier tag.");
  const released = await git(projectFolder, "show", `${ref}:./${openapiFile}`);
  if (released === undefined) {
    if (values.since !== undefined) throw new CommandError(`${ref} has no ${openapiFile}, or is no commit.`);
    return console.log(`${ref} has no ${openapiFile}: nothing to compare with.`);
  }
  const changes = compare(JSON.parse(released), JSON.parse(current), new Date().toISOString().slice(0, 10));
  console.log([`Since ${ref}:`, ...changeReport(changes, values.all)].join("\n"));
  if (refused(changes).length > 0) {
    throw new CommandError(
      "Give what breaks a version of its own, or keep it, deprecated, until its sunset: see docs/http.md, Breaking changes.",
    );
  }
}

if (import.meta.main) await main().catch(failWith);
