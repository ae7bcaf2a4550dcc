/** On Workers alone: takes the client's address from `CF-Connecting-IP`. Node has that of the connection, or of its proxy. */
import { expect, it } from "vitest";
import { limited } from "./limited.ts";

it("rate classes count nobody by an address that is not known", async () => {
  const app = limited(0);
  expect((await app.get("/openapi.json", { headers: { "X-Forwarded-For": "192.0.2.1" } })).status).toBe(200);
  expect(app.counted.public).toStrictEqual([]);
});
