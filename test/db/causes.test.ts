import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type FaultName, faultNames } from "../../dev/local/chaos.ts";
import { following, intercept } from "../../dev/local/worker/chaos.ts";
import { aUser, bindings, serve } from "../harness.ts";

let stop = () => {};
beforeAll(() => {
  stop = intercept(inject("neonEndpoint"));
});
afterAll(() => stop());

const html = { media_type: "text/html" };
const json = { media_type: "application/json" };
const late = { fault: "timeout" };
/** Milliseconds for those that do not answer, whose deadline has to come. */
const deadlines: Partial<Record<FaultName, string>> = {
  ...{ slow: "300", "hang-before": "300", "hang-after": "300", late: "300" },
  // The head of the answer has to arrive.
  drip: "1000",
};
/** The cause that each fault on the wire leaves in the log. */
const causes: Record<FaultName, object> = {
  // The runtime of the tests calls others through a proxy, which resets what was refused.
  refuse: { fault: expect.stringMatching(/^(refused|reset)$/) },
  "reset-before": { fault: "reset" },
  "reset-after": { fault: "reset" },
  slow: late,
  "hang-before": late,
  "hang-after": late,
  late,
  drip: { fault: "timeout", http_status: 200 },
  truncate: { fault: "cut_off", http_status: 200 },
  "truncate-clean": { fault: "garbage", http_status: 200, ...json },
  empty: { fault: "garbage", http_status: 200, ...json, bytes: 0 },
  "html-502": { fault: "gateway", http_status: 502, ...html },
  "html-503": { fault: "gateway", http_status: 503, ...html },
  "html-429": { fault: "throttled", http_status: 429, ...html },
  "html-200": { fault: "garbage", http_status: 200, ...html },
  "json-500": { fault: "gateway", http_status: 500, ...json },
  "json-402": { fault: "quota", http_status: 402, ...json },
  "json-400": { fault: "rejected", http_status: 400, ...json },
  "wrong-json": { fault: "wrong_shape", http_status: 200, ...json },
  "null-json": { fault: "wrong_shape", http_status: 200, bytes: 4 },
  "no-results": { fault: "wrong_shape", http_status: 200, bytes: 14 },
  "bad-gzip": { fault: "cut_off", http_status: 200 },
  redirect: { fault: "redirected", http_status: 302 },
  huge: { fault: "wrong_shape", http_status: 200, bytes: 2 ** 22 + 2 },
  "08006": { sqlstate: "08006" },
  "0A000": { sqlstate: "0A000" },
  "25006": { sqlstate: "25006" },
  "40001": { sqlstate: "40001" },
  "40P01": { sqlstate: "40P01" },
  "42501": { sqlstate: "42501" },
  "53100": { sqlstate: "53100" },
  "53300": { sqlstate: "53300" },
  "55P03": { sqlstate: "55P03" },
  "57014": { sqlstate: "57014" },
  "57P01": { sqlstate: "57P01" },
  "57P03": { sqlstate: "57P03" },
};

describe("the cause of a failed call to the database", () => {
  it("tells each fault on the wire from others, as far as a caller can know", async () => {
    const ada = await aUser();
    const found = await Promise.all(
      faultNames.map(async (fault) => {
        const { [fault]: deadline = String(bindings.DATABASE_TIMEOUT_MS) } = deadlines;
        const app = serve({ mayFail: true, bindings: { ...bindings, DATABASE_TIMEOUT_MS: deadline } });
        const plan = { fault, skip: 0, times: Number.POSITIVE_INFINITY, met: 0 };
        await following({ plan }, () => app.get("/users/me", { token: ada.token }));
        return [fault, app.logs.at(-1)?.cause] as const;
      }),
    );
    expect(Object.fromEntries(found)).toMatchObject(causes);
    // An answer cut by a reset looks the same from here wherever it was cut, and so does every kind of silence.
    const distinct = new Set(found.map(([, cause]) => JSON.stringify(cause)));
    expect(distinct.size).toBeGreaterThanOrEqual(30);
  });
});
