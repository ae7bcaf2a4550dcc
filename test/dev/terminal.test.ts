import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { shellWord } from "../../dev/terminal.ts";

describe("a word of a command that is printed", () => {
  it.each([
    "plain/path.json",
    "--config=my folder/wrangler.json",
    "it's",
    "a;b",
    "$HOME",
    "`id`",
    "a\nb",
    "",
    "*",
    "~",
  ])("is one word for a shell: %j", async (word) => {
    const { stdout } = await promisify(execFile)("sh", ["-c", `printf '[%s]' ${shellWord(word)}`]);
    expect(stdout).toBe(`[${word}]`);
  });

  it("has no quotes where it needs none", () => {
    expect(shellWord("--accept=cache")).toBe("--accept=cache");
  });
});
