import { describe, expect, it } from "vitest";
import { ApiError } from "../../src/errors.ts";
import type { Passwords } from "../../src/security/passwords.ts";
import { called, send } from "../calls.ts";
import { serve } from "../harness.ts";

let isAsked = false;
const busy = () => {
  isAsked = true;
  return Promise.reject(new ApiError("busy"));
};
const passwords: Passwords = { hash: busy, verify: busy };
const app = serve({ deps: { hasher: () => passwords } });

describe("while the hasher is busy", () => {
  it.each(called)(
    "$operationId answers 503 if it hashes, as its contract says, and works otherwise",
    async ({ endpoint, make }) => {
      isAsked = false;
      const { status, body } = await send(endpoint, await make(), app);
      if (isAsked) expect([status, body.code]).toStrictEqual([503, "busy"]);
      else expect(status).toBeLessThan(400);
      // Others may also call a service that is busy.
      if (isAsked) expect(endpoint.contract.errors).toContain("busy");
    },
  );
});
