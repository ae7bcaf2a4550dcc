import { z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { body, endpoint, formOrJson, json } from "../../src/endpoint/endpoint.ts";
import { type KnownScheme, type SignatureScheme, signatureSchemes } from "../../src/security/webhooks.ts";
import { task } from "../../src/task/task.ts";
import { bindings, serve, unique } from "../harness.ts";
import { aSecret, aSigningSecret, signatureFor } from "../signed.ts";

const secret = aSigningSecret("TEST_WEBHOOKS");

const settled: string[] = [];
const settlePayment = task(
  { name: unique("settle-payment"), input: z.object({ invoice: z.string() }) },
  async (_context, { invoice }) => settled.push(invoice),
);

const PaymentEvent = z.object({ invoice: z.string() }).openapi("PaymentEvent");
const Seen = z.object({ id: z.string(), text: z.string() });
const said = { tags: ["operations"], summary: "Take an event", description: "Takes an event." } as const;
const taking = { ...said, method: "post", access: "public", request: { body: body(PaymentEvent) } } as const;
const none = { 204: { description: "Taken" } } as const;

const takePayment = endpoint(
  {
    ...{ ...taking, path: "/webhooks/payments", operationId: "takePayment", responses: { 200: json(Seen, "Taken") } },
    signed: { by: "standard-webhooks", secret },
  },
  async (c) => {
    const { id } = c.var.webhook;
    await c.var.run(settlePayment.later({ invoice: c.req.valid("json").invoice }, { key: id, delay: 60 }));
    return c.json({ id, text: await c.req.text() }, 200);
  },
);
const own = {
  signature: { header: "X-Own-Signature", prefix: "a=", separator: ";" },
  timestamp: { header: "X-Own-Signature", prefix: "ts=", separator: ";" },
  id: "X-Own-Id",
  encoding: "base64",
  content: "{id}:{timestamp}:{body}",
} as const satisfies SignatureScheme;

/** An endpoint for this scheme. */
const taker = (by: KnownScheme | SignatureScheme, name: string) =>
  endpoint(
    {
      ...{ ...taking, path: `/webhooks/${name}`, operationId: name, responses: none, roundTrips: 0 },
      signed: { by, secret },
    },
    (c) => c.body(null, 204),
  );
const names = Object.keys(signatureSchemes) as KnownScheme[];
const takers = [...names.map((by) => taker(by, by.replaceAll("-", "_"))), taker(own, "own")];
const command = endpoint(
  {
    ...{ ...said, method: "post", path: "/webhooks/commands", operationId: "takeCommand", access: "public" },
    request: { body: formOrJson(PaymentEvent, PaymentEvent) },
    responses: { 200: json(Seen, "Taken") },
    roundTrips: 0,
    signed: { by: "slack", secret, tolerance: "1m" },
  },
  async (c) => c.json({ id: c.req.valid("form").invoice, text: await c.req.text() }, 200),
);

const [current, earlier] = [aSecret(), aSecret()];
const endpoints = [takePayment, command, ...takers];
const appWith = (own: Record<string, unknown> = {}) =>
  serve({ endpoints, bindings: { ...bindings, TEST_WEBHOOKS: current, ...own }, deps: { tasks: [settlePayment] } });
const app = appWith();
const type = { "Content-Type": "application/json" };
const now = () => Math.floor(Date.now() / 1_000);
const by = "standard-webhooks";
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));

/** Sends exactly these headers beside the type of the body: the harness signs only what has none of a signature. */
const post = async (
  headers: Record<string, string>,
  body: BodyInit = '{"invoice":"1"}',
  path = "/webhooks/payments",
  to = app,
) => to.call("POST", path, { body, headers: { "webhook-signature": "", ...type, ...headers } });
const signing = (more: Partial<Parameters<typeof signatureFor>[1]> = {}) =>
  signatureFor({ by }, { secret: current, body: '{"invoice":"1"}', ...more });

describe("promise 51: a signed endpoint", () => {
  it("takes what its sender signed, and gives the id of the event and the text as it was sent", async () => {
    const invoice = unique();
    const body = `{ "invoice":\t"${invoice}",\r\n "amount": 1e2, "to": "\\u00e9é" }`;
    const headers = signing({ body, id: "msg_1" });
    const answer = await post(headers, body);
    expect([answer.status, answer.body]).toStrictEqual([200, { id: "msg_1", text: body }]);
    await app.tasks();
    expect(settled.filter((one) => one === invoice)).toHaveLength(1);
  });

  it("joins the repetitions of an event that wait, by its id", async () => {
    const invoice = unique();
    const body = JSON.stringify({ invoice });
    const id = unique("msg");
    for (const time of [now() - 60, now()]) expect((await post(signing({ body, id, time }), body)).status).toBe(200);
    await app.tasks();
    expect(settled.filter((one) => one === invoice)).toHaveLength(1);
  });

  it.each(takers.map((one) => ({ id: one.policy.operationId, one })))(
    "takes calls of the scheme $id",
    async ({ one }) => {
      const signed = one.contract.signed ?? { by };
      const body = '{"invoice":"1"}';
      const path = one.contract.path;
      const good = signatureFor(signed, { secret: current, body });
      expect((await post(good, body, path)).status).toBe(204);
      expect((await post(good, `${body} `, path)).status).toBe(403);
      expect((await post(signatureFor(signed, { secret: earlier, body }), body, path)).status).toBe(403);
      expect((await app.call("POST", path, { body, headers: type })).status, "the harness signs it").toBe(204);
      for (const name of Object.keys(good)) expect((await post({ ...good, [name]: "" }, body, path)).status).toBe(403);
      const { timestamp } =
        typeof signed.by === "string" ? { timestamp: undefined, ...signatureSchemes[signed.by] } : signed.by;
      if (timestamp === undefined) return;
      for (const time of [now() - 290, now() + 290]) {
        expect((await post(signatureFor(signed, { secret: current, body, time }), body, path)).status).toBe(204);
      }
      for (const time of [now() - 310, now() + 310]) {
        expect((await post(signatureFor(signed, { secret: current, body, time }), body, path)).status).toBe(403);
      }
    },
  );

  it("takes a form, within the tolerance of its declaration", async () => {
    const body = "invoice=a+b%26c";
    const send = (time: number) => {
      const headers = signatureFor({ by: "slack" }, { secret: current, body, time });
      const form = { ...headers, "Content-Type": "application/x-www-form-urlencoded" };
      return app.call("POST", "/webhooks/commands", { body, headers: form });
    };
    expect((await send(now() - 50)).body).toStrictEqual({ id: "a b&c", text: body });
    expect((await send(now() - 70)).status).toBe(403);
  });

  it("takes any secret of its setting, and any signature of its header", async () => {
    const both = appWith({ TEST_WEBHOOKS: `${current}, ${earlier}` });
    for (const secret of [current, earlier]) {
      expect((await post(signing({ secret }), undefined, undefined, both)).status).toBe(200);
    }
    const good = signing();
    const { "webhook-signature": other } = signing({ secret: aSecret() });
    for (const list of [`${other} ${good["webhook-signature"]}`, `v1a,AAAA v2,x ${good["webhook-signature"]} v1,`]) {
      expect((await post({ ...good, "webhook-signature": list })).status, list).toBe(200);
    }
  });

  it("says the same of every refusal, and tells the log why", async () => {
    const good = signing();
    const cases: [string, Record<string, string>][] = [
      ["missing", {}],
      ["stale", signing({ time: now() - 3_600 })],
      ["wrong", signing({ secret: earlier })],
    ];
    const answers: string[] = [];
    for (const [reason, headers] of cases) {
      const answer = await post(headers);
      const { request_id: _, ...problem } = answer.body;
      answers.push(JSON.stringify([answer.status, problem]));
      expect(app.logs.at(-1)).toMatchObject({ status: 403, code: "invalid_signature", signature: reason });
      const line = JSON.stringify(app.logs.at(-1));
      for (const text of [good["webhook-signature"] ?? "", current, current.slice(6)]) expect(line).not.toContain(text);
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain("It covers the body exactly as it was sent.");
    const bare = await app.fetch(
      new Request("https://api.example.com/api/v1/webhooks/payments", { method: "POST", headers: type, body: "{}" }),
    );
    expect(bare.status).toBe(403);
  });

  const hostile: [string, (good: Record<string, string>) => Record<string, string>][] = [
    ["an empty signature", () => ({ "webhook-signature": "v1," })],
    ["a signature of a version alone", () => ({ "webhook-signature": "v1" })],
    [
      "a signature of another version",
      (good) => ({ "webhook-signature": `v0,${good["webhook-signature"]?.slice(3)}` }),
    ],
    ["a signature without its version", (good) => ({ "webhook-signature": `${good["webhook-signature"]?.slice(3)}` })],
    ["a part of the signature", (good) => ({ "webhook-signature": `${good["webhook-signature"]?.slice(0, 20)}` })],
    ["base64 without padding", (good) => ({ "webhook-signature": `${good["webhook-signature"]?.slice(0, -1)}` })],
    [
      "a signature in another case",
      (good) => ({ "webhook-signature": `v1,${good["webhook-signature"]?.slice(3).toLowerCase()}` }),
    ],
    ["a huge header", () => ({ "webhook-signature": "v1,AAAA ".repeat(1_000) })],
    ["another id", () => ({ "webhook-id": "msg_2" })],
    ["an id that is no id, even signed", () => signing({ id: "msg 1" })],
    ["a long id, even signed", () => signing({ id: "a".repeat(201) })],
    ["another time", () => ({ "webhook-timestamp": String(now() - 1) })],
    [
      "id and time exchanged",
      (good) => ({ "webhook-id": `${good["webhook-timestamp"]}`, "webhook-timestamp": `${good["webhook-id"]}` }),
    ],
  ];
  it.each(hostile)("refuses %s", async (_what, change) => {
    const good = signing();
    expect((await post({ ...good, ...change(good) })).status).toBe(403);
    expect((await post(good)).status).toBe(200);
  });

  it.each(["1e9", "1e99", "-1", "", "NaN", "Infinity", "0x10", "1 2", "1, 1", "9".repeat(13), "9".repeat(400)])(
    "refuses the time %j, even signed",
    async (time) => {
      expect((await post(signing({ time }))).status).toBe(403);
    },
  );

  it("refuses a part of a signed body as a body, with the rest of it as a part of the id", async () => {
    const [time, body] = [now(), '{"invoice":"1"}'];
    const signed = signing({ id: "msg_1", time, body: `${time}.${body}` });
    expect((await post(signed, `${time}.${body}`)).status).toBe(400);
    expect((await post({ ...signed, "webhook-id": `msg_1.${time}` }, body)).status).toBe(403);
  });

  it("refuses a time that came twice", async () => {
    const good = signing();
    const twice = new Headers({ ...type, ...good });
    twice.append("webhook-timestamp", String(now() - 9_999));
    const sent = await app.call("POST", "/webhooks/payments", {
      body: '{"invoice":"1"}',
      headers: Object.fromEntries(twice),
    });
    expect(sent.status).toBe(403);
  });

  it("refuses two times in one header, of which each reader could take another", async () => {
    const body = '{"invoice":"1"}';
    const { "Stripe-Signature": good = "" } = signatureFor({ by: "stripe" }, { secret: current, body });
    const [time, signature] = good.split(",");
    const send = async (header: string) =>
      (await post({ "Stripe-Signature": header }, body, "/webhooks/stripe")).status;
    expect(await send(good)).toBe(204);
    expect(await send(`${signature},${time},v0=ab`)).toBe(204);
    expect(await send(`${good},t=${now() + 60}`)).toBe(403);
    expect(await send(`${time},${signature?.toUpperCase()}`)).toBe(403);
    expect(await send(`${time},v1=${signature?.slice(3).toUpperCase()}`)).toBe(403);
    expect(await send(`${time},${signature?.replace("v1", "v0")}`)).toBe(403);
    expect(await send(`${signature}`)).toBe(403);
  });

  it("cannot be replayed once its time is over, whatever its signature", async () => {
    const good = signing({ time: now() - 280 });
    expect((await post(good)).status).toBe(200);
    const later = serve({
      endpoints,
      bindings: { ...bindings, TEST_WEBHOOKS: current },
      deps: { tasks: [settlePayment], now: () => new Date(Date.now() + 30_000) },
    });
    expect((await post(good, undefined, undefined, later)).status).toBe(403);
  });

  it("verifies the bytes before anything reads them, whatever they are and however they come", async () => {
    const invoice = "1";
    const exact = `{"invoice":"${invoice}"${" ".repeat(1_048_576 - 15)}}`;
    const cases: [status: number, Uint8Array<ArrayBuffer>][] = [
      [200, bytesOf(`\r\n{"invoice":\r\n"${invoice}"}\r\n`)],
      [200, bytesOf(exact)],
      [422, bytesOf('{"invoice":1}')],
      [400, bytesOf('{"invoice":')],
      [400, Uint8Array.of(0xff, 0xfe, 0x7b)],
    ];
    for (const [status, bytes] of cases) {
      const headers = signing({ body: bytes });
      expect((await post(headers, bytes)).status).toBe(status);
      expect((await post(headers, new Blob([bytes]).stream())).status, "chunked").toBe(status);
      // A body that is not UTF-8 is refused without a look at the signature.
      const forged = bytes[0] === 0xff ? 400 : 403;
      for (const sent of [bytes, new Blob([bytes]).stream()]) {
        expect((await post(signing({ body: bytes, secret: earlier }), sent)).status).toBe(forged);
      }
    }
    const named = { ...signing(), "Content-Type": 'Application/JSON; charset="UTF-8"' };
    expect((await post(named)).status).toBe(200);
    expect((await post({ ...named, "webhook-id": "msg_2" })).status).toBe(403);
    const long = bytesOf(`${exact} `);
    for (const sent of [long, new Blob([long]).stream()]) {
      expect((await post(signing({ body: long }), sent)).status).toBe(413);
    }
  });

  it("counts every forged call by its network, until they are refused unseen", async () => {
    const counted: string[] = [];
    const limit = async ({ key }: { key: string }) => ({ success: counted.push(key) <= 3 });
    const limited = appWith({ RATE_LIMIT_PUBLIC: { limit } });
    const headers = { ...signing({ secret: earlier }), "CF-Connecting-IP": "192.0.2.1" };
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await post(headers, undefined, undefined, limited)).status);
    expect(statuses).toStrictEqual([403, 403, 403, 429, 429]);
    expect(new Set(counted)).toStrictEqual(new Set(["takePayment 192.0.2.1"]));
  });

  it("answers 503 without a usable secret, and names the setting in the log without its value", async () => {
    const weak = "long enough but no base64";
    for (const [given, problem] of [
      [undefined, "TEST_WEBHOOKS is missing"],
      ["", "TEST_WEBHOOKS is missing"],
      [weak, "TEST_WEBHOOKS must hold 24 bytes or more in base64"],
      [`${current},${weak}`, "TEST_WEBHOOKS must hold 24 bytes or more in base64"],
    ]) {
      const misconfigured = serve({ endpoints, mayFail: true, bindings: { ...bindings, TEST_WEBHOOKS: given } });
      const answer = await post(signing(), undefined, undefined, misconfigured);
      expect([answer.status, answer.body.code]).toStrictEqual([503, "misconfigured"]);
      expect(misconfigured.logs.at(-1)).toMatchObject({ cause: { detail: problem } });
    }
    const short = serve({ endpoints, mayFail: true, bindings: { ...bindings, TEST_WEBHOOKS: "whsec_,whsec_" } });
    expect((await post(signing(), undefined, undefined, short)).status).toBe(503);
    expect(JSON.stringify(short.logs)).toContain("TEST_WEBHOOKS must be 1 to 10 secrets of 16 characters or more");
  });
});
