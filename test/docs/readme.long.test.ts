import { expect, it } from "vitest";
import { blocksOf } from "./blocks.ts";
import { openCopy } from "./copy.ts";
import { read } from "./pages.ts";

it("every block of the README runs, in order, in a new copy of the project", { timeout: 900_000 }, async () => {
  const { reader, close } = await openCopy();
  try {
    await reader.follow(blocksOf("README.md", await read("README.md")));
    expect(reader.passedOver).toStrictEqual(["README.md: runs this test", "README.md: needs a Cloudflare account"]);
  } finally {
    await close();
  }
});
