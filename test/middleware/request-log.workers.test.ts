/** On Workers alone: a request tells the data centre where it arrived. */
import { describe, expect, it } from "vitest";
import { aUser, serve } from "../harness.ts";

describe("the line of a request", () => {
  it("tells in which data centre it arrived, even if the answer was kept", async () => {
    const ada = await aUser();
    const app = serve();
    const lineOf = () => app.logs.filter(({ message }) => message === "request").at(-1);
    const headers = { Authorization: `Bearer ${ada.token}` };
    await app.fetch(new Request("https://api.example.com/api/v1/items", { headers, cf: { colo: "FRA" } }));
    expect(lineOf()).toMatchObject({ colo: "FRA", rate_class: "user" });
    for (const colo of ["CDG", "LHR"]) {
      await app.fetch(new Request("https://api.example.com/api/v1/public/items?limit=7", { cf: { colo } }));
      expect(lineOf()).toMatchObject({ colo, rate_class: "public" });
    }
    expect(lineOf()).toMatchObject({ cache: "hit" });
  });
});
