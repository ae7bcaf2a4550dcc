import { describe, expect, it } from "vitest";
import { ApiError } from "../../src/errors.ts";
import type { Passwords } from "../../src/security/passwords.ts";
import { called, send } from "../calls.ts";
import { serve } from "../harness.ts";

const busy = () => Promise.reject(new ApiError("busy"));
const passwords: Passwords = { hash: busy, verify: busy };
const app = serve({ deps: { hasher: () => passwords } });

describe("while the hasher is busy", () => {
  it.each(called)(
    "$operationId answers 503 if its contract says so, and works otherwise",
    async ({ endpoint, make }) => {
      const { status, body } = await send(endpoint, await make(), app);
      if (endpoint.contract.errors?.includes("busy")) expect([status, body.code]).toStrictEqual([503, "busy"]);
      else expect(status).toBeLessThan(400);
    },
  );
});
