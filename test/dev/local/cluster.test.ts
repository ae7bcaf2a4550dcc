import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { dataFolder, projectFolder } from "../../../dev/config.ts";
import { initialise } from "../../../dev/local/cluster/cluster.ts";
import { spawned } from "../spawned.ts";

it.each(["$", "`", '"', "\\"])("names the character of a path that initdb could not take: %s", async (character) => {
  const folder = await mkdtemp(join(tmpdir(), "plinth-cluster-"));
  try {
    const native = join(folder, `a${character}b`, "native");
    const refused = await initialise({ folder, native, identity: {} }, "plinth", "password").catch(String);
    expect(refused).toMatch(
      /^CommandError: PostgreSQL cannot be started from .*: move the project to a folder without/,
    );
    expect(await readdir(folder)).toStrictEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("says that the disk is full, and what helps", async () => {
  const folder = await mkdtemp(join(tmpdir(), "plinth-cluster-"));
  const kept = await mkdtemp(join(dataFolder, "database.new-"));
  const bin = join(folder, "bin");
  await mkdir(bin);
  const full = "#!/bin/sh\necho 'FATAL: could not write to file \"pg_wal/1\": No space left on device' >&2\nexit 1\n";
  await writeFile(join(bin, "initdb"), full, { mode: 0o755 });
  for (const [place, setting] of [
    [kept, "PLINTH_DATA"],
    [folder, "TMPDIR"],
  ] as const) {
    const refused = await initialise({ folder: place, native: folder, identity: {} }, "plinth", "password").catch(
      String,
    );
    expect(refused).toBe(
      `CommandError: PostgreSQL needs about 50 MB in ${place}, and no space is left there: make room, or set ${setting} to another folder.`,
    );
    await rm(place, { recursive: true });
  }
});

it("names the folder for temporary files where there is none, in a sentence", async () => {
  const TMPDIR = join(tmpdir(), "missing");
  const command = spawned([join(projectFolder, "dev/commands/check-migrations.ts")], { ...process.env, TMPDIR });
  const { code, said } = await command.ended;
  expect([code, said]).toStrictEqual([
    1,
    expect.stringMatching(/^Nothing can be made in .* TMPDIR names: .*missing.*\n$/),
  ]);
});
