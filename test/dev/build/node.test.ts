import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectFolder } from "../../../dev/config.ts";
import { nodeIn } from "../../setup/project-copy.ts";

it("npm run build:node makes a server that names the Node which it needs, where that is an older one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "plinth-outdir-"));
  try {
    await nodeIn(projectFolder, "dev/build/node.ts", "--outdir", folder);
    for (const version of ["18.20.8", "22.9.0"]) {
      const older = `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"${version}"})`;
      const { code, output } = await nodeIn(projectFolder, "--import", older, join(folder, "server.mjs"));
      expect([code, output.trim()]).toStrictEqual([
        1,
        `This server needs Node 22.18 or newer, and this is ${version}.`,
      ]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("npm run build:node removes no files that an earlier build did not make", async () => {
  const folder = await mkdtemp(join(tmpdir(), "plinth-outdir-"));
  const file = join(folder, "thesis.txt");
  await writeFile(file, "years of work");
  // Somebody's own server.
  await writeFile(join(folder, "server.mjs"), "");
  try {
    for (const [outdir, told] of [
      [folder, "has other files, which a build would remove"],
      [join(folder, "."), "has other files"],
      [file, "is no folder that can be read (ENOTDIR)"],
    ] as const) {
      const { code, output } = await nodeIn(projectFolder, "dev/build/node.ts", "--outdir", outdir);
      expect([code, output]).toStrictEqual([1, expect.stringContaining(told)]);
      expect(await readFile(file, "utf8")).toBe("years of work");
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("npm run build:node leaves the earlier build where the disk is full", async () => {
  const folder = await mkdtemp(join(tmpdir(), "plinth-outdir-"));
  const outdir = join(folder, "node");
  const full = `data:text/javascript,import fs from "node:fs/promises"; import { syncBuiltinESMExports } from "node:module";
    fs.cp = () => Promise.reject(new Error("ENOSPC: no space left on device, copyfile")); syncBuiltinESMExports();`;
  const script = ["dev/build/node.ts", "--outdir", outdir] as const;
  const build = () => nodeIn(projectFolder, ...script);
  try {
    expect((await build()).code).toBe(0);
    const files = await readdir(outdir, { recursive: true });
    await writeFile(join(outdir, "server.mjs"), "the earlier one");
    const { code, output } = await nodeIn(projectFolder, "--import", full, ...script);
    expect([code, output]).toStrictEqual([
      1,
      expect.stringMatching(/^The disk of \S+ is full\. Nothing of it was changed/),
    ]);
    expect(await readFile(join(outdir, "server.mjs"), "utf8")).toBe("the earlier one");
    expect([await readdir(folder), await readdir(outdir, { recursive: true })]).toStrictEqual([["node"], files]);
    expect((await build()).code).toBe(0);
    expect(await readFile(join(outdir, "server.mjs"), "utf8")).not.toBe("the earlier one");
  } finally {
    await rm(folder, { recursive: true });
  }
});
