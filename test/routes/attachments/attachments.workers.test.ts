/** On Workers alone: a body is not as long as announced, or breaks off, which HTTP cannot carry. Node closes the connection. */
import { expect, it } from "vitest";
import { anItem, attach, png, remainsOf } from "./files.ts";

it("leaves nothing behind of a file that is not as long as it says, or that breaks off", async () => {
  const item = await anItem();
  let isBegun = false;
  const hungUp = new ReadableStream({
    pull(controller) {
      if (isBegun) throw new Error("The client hung up");
      isBegun = true;
      controller.enqueue(png(50));
    },
  });
  const refused = [
    await attach(item, png(), { headers: { "Content-Length": "99" } }),
    await attach(item, png(), { headers: { "Content-Length": "101" } }),
    await attach(item, hungUp, { headers: { "Content-Length": "100" } }),
  ];
  expect(refused.map(({ status }) => status)).toStrictEqual([400, 400, 400]);
  expect(await remainsOf(item.ownerId)).toStrictEqual({ rows: [], objects: [] });
});
