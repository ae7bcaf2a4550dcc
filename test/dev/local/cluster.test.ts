import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { initialise } from "../../../dev/local/cluster/cluster.ts";

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
