import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blocksOf } from "./blocks.ts";
import { type Copy, openCopy } from "./copy.ts";
import { pages, read } from "./pages.ts";

const run = promisify(execFile);

/** Blocks that cannot run on any machine, and why. */
const cannotRun = [
  "docs/resources.md: makes what the rest of this page makes by hand",
  "README.md: runs this test",
  "README.md: needs a Cloudflare account",
  "docs/accounts.md: needs the FastAPI project's database",
  "docs/client.md: downloads a package",
  "docs/deploy.md: needs a Cloudflare account",
  "docs/deploy.md: fails until there is a domain",
  "docs/deploy.md: needs a Cloudflare account",
  "docs/deploy.md: needs a database at Neon",
  "docs/deploy.md: needs accounts at Cloudflare and Neon",
  "docs/development.md: needs an export of a log",
  "docs/files.md: needs a Cloudflare account",
  "docs/migrations.md: after you have renamed the column in src/db/schema.ts",
  "docs/node.md: needs a database of your own",
  "docs/node.md: needs Docker",
  "docs/node.md: downloads Bun and Deno",
  "docs/operations.md: needs accounts at Cloudflare and Neon",
  "docs/operations.md: needs accounts at Cloudflare and Neon",
  "docs/operations.md: needs accounts at Cloudflare and Neon",
  "docs/operations.md: needs accounts at Cloudflare and Neon",
  "docs/operations.md: while npm run dev is stopped",
  "docs/operations.md: needs accounts at Cloudflare and Neon",
  "docs/shapes.md: needs a Cloudflare account",
  "docs/speed.md: takes minutes",
  "CONTRIBUTING.md: runs this test",
  "CONTRIBUTING.md: runs tests",
];

describe("every block runs, in order, in a copy of the project", { timeout: 1_200_000 }, () => {
  let copy: Copy;

  beforeAll(async () => {
    copy = await openCopy();
  });
  afterAll(() => copy.close());

  it.each(pages)("%s", async (page) => {
    await copy.reader.follow(blocksOf(page, await read(page)));
  });

  it("the projects beside it compile", async () => {
    const tsc = join(copy.project, "node_modules/typescript/bin/tsc");
    const compile = (...args: string[]) => run(process.execPath, [tsc, "--noEmit", ...args], { cwd: copy.folder });
    await compile(
      "--strict",
      "--lib",
      "es2024,dom",
      "--module",
      "esnext",
      "--types",
      "",
      "page/queries.ts",
      "page/items.ts",
      "page/files.ts",
      "page/fake.ts",
      "app/client.ts",
    );
  });

  it("passes over those only that cannot run", () => {
    expect(copy.reader.passedOver).toStrictEqual(cannotRun);
  });
});
