/** On Workers alone: a header has a control character, which HTTP cannot carry. Node refuses it with 400. */
import { expect, it } from "vitest";
import { aUser } from "../../harness.ts";

it("promise 18: an Idempotency-Key has no control character", async () => {
  const ada = await aUser();
  const answer = await ada.post("/items", { title: "t" }, { headers: { "Idempotency-Key": "\u007f" } });
  expect([answer.status, answer.roundTrips]).toStrictEqual([422, 0]);
  expect(answer.body.errors[0].loc).toStrictEqual(["header", "Idempotency-Key"]);
});
