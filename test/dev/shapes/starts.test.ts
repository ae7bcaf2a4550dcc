import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { measureStarts } from "../../../dev/shapes/starts.ts";
import { progressOn } from "../../../dev/terminal.ts";

const busy = (milliseconds: number) =>
  `let sum = 0; for (let i = 0; i < ${milliseconds} * 200_000; i += 1) sum += Math.sqrt(i); export const done = sum;`;
const sources = {
  // The first start warms the runtime, and the quick one is the next.
  slow: busy(400),
  quick: "export default { fetch: () => new Response() };",
  broken: 'throw new Error("no start");',
  random: "export const id = crypto.randomUUID();",
  named: 'import { env } from "cloudflare:workers"; if (env.NAME !== "known") throw new Error("no variable");',
};

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "plinth-starts-"));
});
afterAll(() => rm(root, { recursive: true }));

const built = (sources: Record<string, string>) =>
  Promise.all(
    Object.entries(sources).map(async ([name, source]) => {
      const folder = join(root, name);
      await mkdir(folder);
      await writeFile(join(folder, "index.js"), source);
      return { name, folder, config: { compatibility_date: "2026-11-01", vars: { NAME: "known" } } };
    }),
  );

it("measures the start of each Worker in one runtime, and tells which cannot start", async () => {
  const counted: number[] = [];
  const starts = await measureStarts(await built(sources), (done) => counted.push(done));
  expect(counted).toStrictEqual([1, 2, 3, 4, 5]);
  const { quick, slow, broken, random, named } = Object.fromEntries(starts);
  expect(slow).toBeGreaterThan(3 * Number(quick));
  expect([broken, random]).toStrictEqual([
    { fault: "throws as it is loaded: Error: no start" },
    { fault: expect.stringMatching(/^throws as it is loaded: .*Disallowed operation called within global scope/) },
  ]);
  expect(named).toBeTypeOf("number");
});

it("waits for no start without end, which leaves the rest unknown", async () => {
  const workers = await built({ first: sources.quick, endless: "for (;;);", last: sources.quick });
  const starts = await measureStarts(workers, undefined, { patience: 6_000 });
  expect([...starts.keys()]).toStrictEqual(["first"]);
});

it("tells what long work is at: in lines, and on a terminal in one that is written anew", () => {
  const told = (isTTY: boolean) => {
    let text = "";
    const tell = progressOn({
      isTTY,
      write(part: string | Uint8Array) {
        text += String(part);
        return true;
      },
    });
    tell.say("Building");
    for (let done = 1; done <= 12; done += 1) tell.count("Measured", done, 12);
    tell.end();
    return text;
  };
  expect(told(false)).toBe("Building …\nMeasured 10 of 12 …\nMeasured 12 of 12 …\n");
  const lines = told(true).split("\r\u001b[K");
  expect(lines.slice(0, 3)).toStrictEqual(["", "Building …", "Measured 1 of 12 …"]);
  expect(lines.slice(-2)).toStrictEqual(["Measured 12 of 12 …", ""]);
});
