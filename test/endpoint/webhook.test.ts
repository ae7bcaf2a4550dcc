import { z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { body, endpoint } from "../../src/endpoint/endpoint.ts";
import { ApiError } from "../../src/errors.ts";
import { task } from "../../src/task/task.ts";
import { serve, unique } from "../harness.ts";

const secret = unique("secret");
const settled: string[] = [];
const settlePayment = task(
  { name: unique("settle-payment"), input: z.object({ invoice: z.string() }) },
  async (_context, { invoice }) => settled.push(invoice),
);

/** HMAC-SHA-256 by this secret. */
function keyOf(secret: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, ["sign", "verify"]);
}

// A plain object: the sender may add fields that we do not know.
const PaymentEvent = z.object({ id: z.string(), invoice: z.string() }).openapi("PaymentEvent");

const takePayment = endpoint(
  {
    method: "post",
    path: "/webhooks/payments",
    operationId: "takePayment",
    tags: ["operations"],
    summary: "Take an event of the provider of payments",
    description: "The provider calls it, and signs the body.",
    access: "public",
    request: { headers: z.object({ "x-signature": z.hex().length(64) }), body: body(PaymentEvent) },
    responses: { 204: { description: "Taken" } },
    errors: ["forbidden"],
  },
  async (c) => {
    const signature = Buffer.from(c.req.valid("header")["x-signature"], "hex");
    // The text as it was sent: writing the JSON anew would change spaces and numbers.
    const sent = new TextEncoder().encode(await c.req.text());
    if (!(await crypto.subtle.verify("HMAC", await keyOf(secret), signature, sent))) throw new ApiError("forbidden");
    const { id, invoice } = c.req.valid("json");
    await c.var.run(settlePayment.later({ invoice }, { key: id }));
    return c.body(null, 204);
  },
);

const app = serve({ endpoints: [takePayment], deps: { tasks: [settlePayment] } });
/** Sends a body with the signature of another text, if there is one. */
async function post(sent: string, signed = sent, by = secret) {
  const bytes = await crypto.subtle.sign("HMAC", await keyOf(by), new TextEncoder().encode(signed));
  const headers = { "Content-Type": "application/json", "X-Signature": Buffer.from(bytes).toString("hex") };
  return (await app.call("POST", "/webhooks/payments", { body: sent, headers })).status;
}

describe("an endpoint that others call with a signature", () => {
  it("has the text of the body as it was sent, beside its JSON", async () => {
    const invoice = unique();
    expect(await post(`{ "id":\t"${unique()}",\r\n "invoice": "${invoice}", "amount": 1e2, "to": "\\u00e9é" }`)).toBe(
      204,
    );
    await app.tasks();
    expect(settled).toContain(invoice);
  });

  it("refuses another text and another secret", async () => {
    const invoice = unique();
    const text = JSON.stringify({ id: unique(), invoice });
    expect(await post(`${text} `, text)).toBe(403);
    expect(await post(text, text, unique())).toBe(403);
    await app.tasks();
    expect(settled).not.toContain(invoice);
  });
});
