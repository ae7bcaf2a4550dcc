import { hc } from "hono/client";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { accessMatrix } from "../../dev/commands/access-matrix.ts";
import { createApp } from "../../src/app.ts";
import { multipart, upload } from "../../src/endpoint/bodies.ts";
import { body, endpoint } from "../../src/endpoint/endpoint.ts";
import { endpoints as all } from "../../src/routes/index.ts";
import { serve } from "../harness.ts";
import { aSigningSecret } from "../signed.ts";

const secret = aSigningSecret("TEST_DECLARED");
const Event = z.object({ invoice: z.string() });
const said = { method: "post", tags: ["operations"], summary: "Take an event", description: "Takes it." } as const;
const taking = { ...said, access: "public", request: { body: body(Event) }, roundTrips: 0 } as const;
const responses = { 204: { description: "Taken" } } as const;

const takeEvent = endpoint(
  {
    ...{ ...taking, path: "/events", operationId: "takeEvent", responses },
    signed: { by: "standard-webhooks", secret },
  },
  (c) => {
    expectTypeOf(c.var.webhook.id).toEqualTypeOf<string>();
    return c.body(null, 204);
  },
);
const takeCharge = endpoint(
  { ...{ ...taking, path: "/charges", operationId: "takeCharge", responses }, signed: { by: "stripe", secret } },
  (c) => {
    // @ts-expect-error: Stripe names its events in the body
    c.var.webhook;
    return c.body(null, 204);
  },
);
const own = { signature: "X-Own-Signature", id: { header: "X-Own-Id" }, encoding: "hex", content: "{body}" } as const;
const takeOwn = endpoint(
  { ...{ ...taking, path: "/own", operationId: "takeOwn", responses }, signed: { by: own, secret } },
  (c) => {
    expectTypeOf(c.var.webhook.id).toEqualTypeOf<string>();
    return c.body(null, 204);
  },
);
endpoint({ ...{ ...taking, path: "/plain", operationId: "plain", responses } }, (c) => {
  // @ts-expect-error: nobody signed it
  c.var.webhook;
  return c.body(null, 204);
});
const signed = { by: "github", secret } as const;
const plain = { ...taking, path: "/plain", operationId: "plain", responses } as const;
// @ts-expect-error: the sender is no user
endpoint({ ...plain, access: "user", signed }, (c) => c.body(null, 204));
// @ts-expect-error: there is no such scheme
endpoint({ ...plain, signed: { by: "github", secret: "GITHUB" } }, (c) => c.body(null, 204));
const untyped = { ...plain, path: "/untyped", operationId: "untyped" };
const made = (contract: object) => () =>
  createApp([endpoint({ ...untyped, signed, ...contract } as never, (() => undefined) as never)]);

describe("the word signed", () => {
  it("shows in the document: its headers, its security scheme and its error", async () => {
    const openapi = all.filter(({ policy }) => policy.operationId === "openapi");
    const app = serve({ endpoints: [takeEvent, takeCharge, takeOwn, ...openapi] });
    const { body: document } = await app.get("/openapi.json");
    const { parameters, security, responses } = document.paths["/api/v1/events"].post;
    expect(security).toStrictEqual([{ "webhook-signature": [] }]);
    expect(parameters.map(({ name, required }: { name: string; required: boolean }) => [name, required])).toStrictEqual(
      [
        ["webhook-id", true],
        ["webhook-timestamp", true],
      ],
    );
    expect(responses["403"].$ref).toBe("#/components/responses/invalid_signature");
    expect(document.components.securitySchemes).toMatchObject({
      "webhook-signature": {
        ...{ type: "apiKey", in: "header", name: "webhook-signature" },
        description: "`v1,` and the HMAC-SHA-256 of `{id}.{timestamp}.{body}` in base64",
      },
      "Stripe-Signature": { description: "`v1=` and the HMAC-SHA-256 of `{timestamp}.{body}` in hex" },
      "X-Own-Signature": { description: "the HMAC-SHA-256 of `{body}` in hex" },
    });
    expect(document.paths["/api/v1/charges"].post.parameters).toStrictEqual([]);
  });

  it("shows in the access matrix who may call", () => {
    const matrix = accessMatrix([takeEvent, takeOwn]);
    expect(matrix).toMatch(
      /`\/api\/v1\/events` +\| a sender that signs as `standard-webhooks` +\| 600 in 60 s, `public`/,
    );
    expect(matrix).toContain("a sender that signs in `X-Own-Signature`");
  });

  it("asks a typed client for the body, and tells it of the error", () => {
    const client = hc<ReturnType<typeof createApp<[typeof takeEvent]>>>("https://api.example.com");
    type Post = (typeof client.api.v1.events)["$post"];
    expectTypeOf<Parameters<Post>[0]>().toEqualTypeOf<{ json: { invoice: string } }>();
    expectTypeOf<Extract<Awaited<ReturnType<Post>>, { status: 403 }>>().not.toBeNever();
  });

  it.each<[string, object]>([
    ["each scheme with a name", {}],
    ["a scheme of your own", { signed: { by: own, secret } }],
    ["a tolerance", { signed: { by: "slack", secret, tolerance: "10m" } }],
    ["another rate class", { rate: "heavy" }],
    ["another method", { method: "put" }],
  ])("goes with %s", (_what, contract) => {
    expect(made(contract)).not.toThrow();
  });

  const by = (scheme: object, more: object = {}) => ({ signed: { by: { ...own, ...scheme }, secret, ...more } });
  it.each<[object, string]>([
    [{ access: "user" }, 'untyped: the sender is no user: signed needs access: "public"'],
    [{ request: {} }, "signed needs a body that is read whole"],
    [{ request: { body: multipart({ a: z.string() }) } }, "signed needs a body that is read whole"],
    [{ request: { body: upload({ types: ["text/csv"], maxBytes: 9 }) } }, "signed needs a body that is read whole"],
    [{ method: "get" }, "a get has no body"],
    [{ method: "get", cached: { seconds: 1, staleSeconds: 1 } }, "a get has no body"],
    [{ idempotent: true }, 'a key belongs to a caller: idempotent needs access: "user"'],
    [{ carries: "mailed_token" }, "signed goes without carries"],
    [{ uncounted: true }, "signed goes without uncounted"],
    [{ oauth: true }, "signed goes without oauth"],
    [{ withoutSettings: true }, "signed goes without withoutSettings"],
    [
      { signed: { by: "stripe", secret: "MISSING" } },
      "MISSING is no secret of src/settings.ts with the value WebhookSecrets",
    ],
    [{ signed: { by: "stripe", secret: "SECRET_KEY" } }, "SECRET_KEY is no secret of src/settings.ts"],
    [{ signed: { by: "stripe", secret: "toString" } }, "toString is no secret of src/settings.ts"],
    [{ signed: { by: "stripe", secret, tolerance: "soon" } }, "tolerance is such as 5m, for a scheme with a time"],
    [{ signed: { by: "github", secret, tolerance: "5m" } }, "tolerance is such as 5m, for a scheme with a time"],
    [by({ encoding: "base32" }), "a scheme signs such as {id}.{timestamp}.{body} in hex or base64"],
    ...["{body}.{id}", "{id}{body}", "{id}-{body}", "{url}.{body}", "{timestamp}.{body}", ""].map(
      (content): [object, string] => [by({ content }), "a scheme signs such as {id}.{timestamp}.{body}"],
    ),
    [by({ content: "{id}.{body}", id: undefined }), "a scheme signs such as {id}.{timestamp}.{body}"],
    [by({ timestamp: "X-Time" }), "the time that it has, and a separator behind each"],
  ])("refuses %j: %s", (contract, fault) => {
    expect(made(contract)).toThrow(fault);
  });

  it.each<[unknown]>([
    [true],
    [{ secret }],
    [{ by: "stripe" }],
    [{ by: "strype", secret }],
    [{ by: "toString", secret }],
    [{ by: { ...own, signature: {} }, secret }],
    [{ by: { ...own, content: undefined }, secret }],
  ])("refuses %j when it is declared", (wrong) => {
    expect(made({ signed: wrong })).toThrow("untyped: signed is { by, secret, tolerance? }: a scheme and a setting");
  });
});
