import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectFolder } from "../../../dev/config.ts";
import { nodeIn } from "../../setup/project-copy.ts";

it("npm run build:node removes no files that an earlier build did not make", async () => {
  const folder = await mkdtemp(join(tmpdir(), "plinth-outdir-"));
  const file = join(folder, "thesis.txt");
  await writeFile(file, "years of work");
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
