import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { mirror, sweepDrafts } from "../../../dev/build/files.ts";
import { projectFolder } from "../../../dev/config.ts";

it("the copy of a folder is written where a file has changed, and only there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "plinth-mirror-"));
  const [from, to] = [join(folder, "page.html"), join(folder, "copy")];
  const copied = async () => {
    await mirror(to, [{ from: folder, names: ["page.html"] }]);
    return (await stat(join(to, "page.html"))).ino;
  };
  try {
    await writeFile(from, "one");
    // As most file systems keep it: finer than the milliseconds that a copy can be given.
    await utimes(from, 1_790_000_000, 1_790_000_000.000_4);
    const first = await copied();
    expect(await copied()).toBe(first);
    await writeFile(from, "two");
    expect(await copied()).not.toBe(first);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("the drafts of commands that were killed are removed when nobody can be at work on them any more", async () => {
  const drafts = join(projectFolder, ".plinth");
  const name = `asset-${process.pid}-killed`;
  await writeFile(join(drafts, name), "half");
  await sweepDrafts();
  expect(await readdir(drafts)).toContain(name);
  vi.setSystemTime(Date.now() + 3_700_000);
  await sweepDrafts();
  vi.useRealTimers();
  expect(await readdir(drafts)).not.toContain(name);
});
