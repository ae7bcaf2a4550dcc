import { stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { serverSettingNames } from "../../src/platform/node/settings.ts";
import { blocksOf } from "./blocks.ts";
import { pages, read, root, withoutExample } from "./pages.ts";

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

it("docs/node.md describes each setting of the server", async () => {
  const described = [...(await read("docs/node.md")).matchAll(/^\|([^|]+)\|/gm)].flatMap(([, cell = ""]) =>
    Array.from(cell.matchAll(/`([A-Z_]+)`/g), ([, name]) => name),
  );
  expect(described).toStrictEqual(expect.arrayContaining([...serverSettingNames]));
});

/** The anchor that GitHub gives a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
