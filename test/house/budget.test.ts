import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { textsInMemory } from "../../src/platform/texts.ts";
import { called, misnamed, send, uncalled } from "../calls.ts";
import { carrying, examplePath } from "../examples.ts";
import { aUser, serve } from "../harness.ts";

/** Keeps no computed value, since a hit would spend less than it declares. */
const app = serve({ deps: { cache: () => textsInMemory(0) } });

/** Those of one attempt: its policy has room for the further ones of a transaction. */
function declaredBy({ contract }: Endpoint): number {
  return contract.roundTrips ?? 1;
}

describe("promise 26: an endpoint spends the round trips that it declares", () => {
  it.each(called.map((one) => ({ ...one, declared: declaredBy(one.endpoint) })))(
    "$operationId: $declared",
    async ({ endpoint, make, declared }) => {
      const answer = await send(endpoint, await make(), app);
      expect(answer.status, `calls.ts has a call of it that does not succeed: ${answer.text}`).toBeLessThan(400);
      expect(answer.roundTrips, "say roundTrips in its declaration, or spend fewer").toBe(declared);
    },
  );

  it.each(uncalled.map((endpoint) => ({ endpoint, operationId: endpoint.policy.operationId })))(
    "$operationId: no more, as far as the examples of its contract go (test/routes/*/calls.ts has no call of it)",
    async ({ endpoint }) => {
      const ada = await aUser({ role: endpoint.policy.access === "admin" ? "admin" : "user" });
      const init = { token: ada.token, ...carrying(endpoint) };
      const answer = await app.call(endpoint.route.method.toUpperCase(), examplePath(endpoint), init);
      expect([400, 415, 422], `the examples of its contract are refused: ${answer.text}`).not.toContain(answer.status);
      const declared = declaredBy(endpoint);
      expect(answer.roundTrips).toBeLessThanOrEqual(declared);
      if (answer.status < 300) expect(answer.roundTrips).toBe(declared);
    },
  );
});

describe("test/routes/*/calls.ts", () => {
  it("has no call of an endpoint that is not in the list", () => {
    expect(misnamed).toStrictEqual([]);
  });
});
