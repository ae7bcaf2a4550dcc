import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");

/** Followed by test/dev/make/without-the-example.long.test.ts, since nothing of the other pages would work after it. */
export const withoutExample = "docs/without-the-example.md";

/** In the order in which they are read: those that need a restart first, and those that check everything last. */
export const pages = ["docs/resources.md", "README.md", ...(await others()), "CONTRIBUTING.md", "AGENTS.md"];

async function others(): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob("docs/*.md", { cwd: root })) found.push(file);
  return found.toSorted().filter((file) => !["docs/resources.md", withoutExample].includes(file));
}

export function read(page: string): Promise<string> {
  return readFile(join(root, page), "utf8");
}
