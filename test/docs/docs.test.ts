import { execFile } from "node:child_process";
import { glob, mkdtemp, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyProject } from "../setup/project-copy.ts";
import { blocksOf } from "./blocks.ts";
import { Reader } from "./reader.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

/** Followed by test/dev/make/new.test.ts, since nothing of the other pages would work after it. */
const withoutExample = "docs/without-the-example.md";

/** In the order in which they are read: those that need a restart first, and those that check everything last. */
const pages = ["docs/resources.md", "README.md", ...(await others()), "CONTRIBUTING.md", "AGENTS.md"];

/** Blocks that cannot run on any machine, and why. */
const cannotRun = [
  "docs/resources.md: makes what the rest of this page makes by hand",
  "README.md: needs a Cloudflare account",
  "README.md: runs this test",
  "docs/accounts.md: needs the FastAPI project's database",
  "docs/deploy.md: needs a Cloudflare account",
  "docs/deploy.md: needs a database at Neon",
  "docs/deploy.md: needs a Cloudflare account",
  "docs/http.md: downloads a package",
  "docs/migrations.md: after you have renamed the column in src/db/schema.ts",
  "docs/speed.md: takes minutes",
  "CONTRIBUTING.md: runs this test",
  "CONTRIBUTING.md: runs tests",
];

async function others(): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob("docs/*.md", { cwd: root })) found.push(file);
  return found.toSorted().filter((file) => !["docs/resources.md", withoutExample].includes(file));
}

const read = (page: string) => readFile(join(root, page), "utf8");

describe("every block runs, in order, in a copy of the project", { timeout: 600_000 }, () => {
  let folder = "";
  let project = "";
  let reader: Reader;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "plinth-docs-"));
    project = join(folder, "api");
    await copyProject(project);
    await symlink(join(project, "node_modules"), join(folder, "node_modules"), "junction");
    reader = new Reader(project, folder);
  });
  afterAll(async () => {
    await reader.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it.each(pages)("%s", async (page) => {
    await reader.follow(blocksOf(page, await read(page)));
  });

  it("the projects beside it compile", async () => {
    const tsc = join(project, "node_modules/typescript/bin/tsc");
    const compile = (...args: string[]) => run(process.execPath, [tsc, "--noEmit", ...args], { cwd: folder });
    await compile("-p", "app");
    await compile("--strict", "--lib", "es2024,dom", "--module", "esnext", "--types", "", "page/session.ts");
  });

  it("passes over those only that cannot run", () => {
    expect(reader.passedOver).toStrictEqual(cannotRun);
  });
});

describe.each([...pages, withoutExample])("%s", (page) => {
  it("names files and commands that there are", async () => {
    const text = await read(page);
    const made = blocksOf(page, text).map(({ title }) => title);
    for (const [, file = ""] of text.matchAll(/`((?:src|test|dev|docs|drizzle)\/[\w./-]*)`/g)) {
      if (!made.includes(file)) await expect(stat(join(root, file)), file).resolves.toBeTruthy();
    }
    const { scripts } = JSON.parse(await read("package.json"));
    for (const [, name = ""] of text.matchAll(/npm run (?:--silent )?([a-z:-]+)/g)) {
      expect(Object.keys(scripts), `npm run ${name}`).toContain(name);
    }
  });

  it("links to what there is", async () => {
    const text = await read(page);
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [file = "", anchor] = target.split("#");
      const linked = file === "" ? page : join(page, "..", file);
      const headings = [...(await read(linked)).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => slug(heading));
      if (anchor !== undefined) expect(headings, target).toContain(anchor);
    }
  });
});

/** The anchor that GitHub gives a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
