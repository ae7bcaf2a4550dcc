import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { lastRelease } from "../commands/contract.ts";
import { openapiFile } from "../commands/openapi.ts";
import type { Change } from "../contract/change.ts";
import { compare } from "../contract/compare.ts";
import { git } from "../git.ts";

/** The changes for clients since the contract of `since`; `changes` is undefined if there is none to compare with. */
export type ClientChanges = { since: string; changes: Change[] | undefined };

/** Compares openapi.json with that of the commit that runs, or of the last release where that is not known. */
export async function clientChanges(project: string, running: string | undefined): Promise<ClientChanges> {
  const contractOf = (ref: string) => git(project, "show", `${ref}:./${openapiFile}`);
  const current = await readFile(join(project, openapiFile), "utf8").catch(() => undefined);
  if (current === undefined) return { since: "", changes: undefined };
  for (const find of [async () => running, () => lastRelease(project, current)]) {
    const ref = await find();
    const released = ref && (await contractOf(ref));
    if (!ref || !released) continue;
    const today = new Date().toISOString().slice(0, 10);
    return { since: ref, changes: compare(JSON.parse(released), JSON.parse(current), today) };
  }
  return { since: running ?? "", changes: undefined };
}
