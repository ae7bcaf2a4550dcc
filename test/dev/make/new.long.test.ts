import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyProject, nodeIn } from "../../setup/project-copy.ts";

describe("npm run new", () => {
  let copy = "";
  const node = (script: string, ...args: string[]) => nodeIn(copy, script, ...args);
  const make = (...args: string[]) => node("dev/make/new.ts", ...args);

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), "plinth-new-"));
    await copyProject(copy);
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  it("makes a resource and an endpoint that compile, with a call that succeeds", async () => {
    expect(await make("resource", "zebra-stripes")).toMatchObject({ code: 0 });
    expect(await make("endpoint", "zebra-stripes/pin-up")).toMatchObject({ code: 0 });
    const calls = await readFile(join(copy, "test/routes/zebra-stripes/calls.ts"), "utf8");
    expect(calls).toMatch(/pinUpZebraStripe: async \(\) => \{\s+const \{ path, token \} = await aZebraStripe\(\);/);
    expect(await readFile(join(copy, "src/routes/zebra-stripes/list.ts"), "utf8")).not.toMatch(/field.?note/i);
    expect(await node("node_modules/typescript/bin/tsc")).toMatchObject({ code: 0 });
  }, 240_000);
});
