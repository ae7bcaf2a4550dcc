import { afterEach, describe, expect, it, vi } from "vitest";
import { defencesOf } from "../../src/context/bindings.ts";
import { type Mail, transportFor } from "../../src/mail/transports.ts";
import { bindings, parsed } from "../harness.ts";

const mail: Mail = {
  id: "01a206c3-ece5-75bb-a86c-6b3ee16d5801",
  from: { name: "Plinth", email: "no-reply@example.com" },
  to: "ada@example.com",
  subject: "Subject",
  text: "text",
  html: "<p>html</p>",
};
const transport = (own: Record<string, unknown>) => transportFor(parsed({ ...bindings, ...own }));
const byResend = { RESEND_API_KEY: "re_secret_key" };

afterEach(() => vi.unstubAllGlobals());

/** The outside world, answering this; what it was asked is returned. */
function world(answer: () => Promise<Response>): Request[] {
  const asked: Request[] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    asked.push(new Request(url, init));
    return answer();
  });
  return asked;
}

describe("the transport", () => {
  it("is none where none is configured", () => {
    expect(transport({})).toBeUndefined();
  });

  it("Resend gets the mail with its id as idempotency key, and the key in a header only", async () => {
    const asked = world(async () => Response.json({ id: "1" }));
    await transport(byResend)?.(mail);
    const [request] = asked;
    expect(request?.url).toBe("https://api.resend.com/emails");
    expect(request?.headers.get("Authorization")).toBe("Bearer re_secret_key");
    expect(request?.headers.get("Idempotency-Key")).toBe(mail.id);
    expect(await request?.json()).toStrictEqual({
      from: "Plinth <no-reply@example.com>",
      to: ["ada@example.com"],
      subject: "Subject",
      text: "text",
      html: "<p>html</p>",
    });
  });

  it.each([
    ["answered 422", async () => Response.json({ message: "ada@example.com re_secret_key" }, { status: 422 })],
    ["answered 302", async () => Response.redirect("https://evil.example/", 302)],
    ["cannot be reached", () => Promise.reject(new TypeError("ada@example.com re_secret_key"))],
  ])("a failure says that Resend %s, and nothing that it holds", async (what, answer) => {
    world(answer);
    await expect(transport(byResend)?.(mail)).rejects.toMatchObject({
      name: "TransportError",
      message: `api.resend.com ${what}`,
    });
  });

  it("a failure says that Resend did not answer in time, after ten seconds", async () => {
    vi.useFakeTimers();
    try {
      const asked = world(() => new Promise(() => {}));
      const sending = transport(byResend)?.(mail);
      const outcome = expect(sending).rejects.toMatchObject({
        name: "TransportError",
        message: "api.resend.com did not answer in time",
      });
      await vi.advanceTimersByTimeAsync(10_000);
      await outcome;
      expect(new Set(asked.map(({ headers }) => headers.get("Idempotency-Key")))).toStrictEqual(new Set([mail.id]));
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    [401, {}, { outage: true }],
    [402, {}, { outage: true }],
    [403, {}, { outage: true }],
    [429, { "Retry-After": "3600" }, { outage: true, retryIn: 3_600 }],
    [503, { "Retry-After": new Date(Date.now() + 60_000).toUTCString() }, { outage: true }],
    [503, { "Retry-After": "99999999" }, { outage: true, retryIn: 99_999_999 }],
    [400, {}, { outage: false }],
    [422, {}, { outage: false, retryIn: undefined }],
  ])("%i %j is told by its cause: %j", async (status, headers: Record<string, string>, expected) => {
    world(async () => new Response(null, { status, headers }));
    const error = await transport(byResend)?.(mail).catch((thrown) => thrown);
    expect(error).toMatchObject(expected);
    if (headers["Retry-After"]?.includes("GMT")) expect(error.retryIn).toBeGreaterThan(50);
  });

  it("a redirect is not followed, which would carry the key and the mail elsewhere", async () => {
    const asked = world(async () => Response.json({ id: "1" }));
    await transport(byResend)?.(mail);
    expect(asked.map(({ redirect }) => redirect)).toStrictEqual(["manual"]);
  });

  it("a developer's mailbox gets the whole mail as JSON", async () => {
    const asked = world(async () => new Response(null, { status: 202 }));
    await transport({ MAIL_ENDPOINT: "http://127.0.0.1:8788/messages" })?.(mail);
    expect(await asked[0]?.json()).toStrictEqual(mail);
  });

  it("a developer's mailbox gets all mail, and the log names it, where there is a provider too", async () => {
    const own = { ...byResend, MAIL_ENDPOINT: "http://127.0.0.1:8788/messages" };
    const asked = world(async () => new Response(null, { status: 202 }));
    await transport(own)?.(mail);
    expect(asked.map(({ url }) => url)).toStrictEqual([own.MAIL_ENDPOINT]);
    expect(defencesOf(parsed({ ...bindings, ...own })).mail).toBe("MAIL_ENDPOINT");
  });

  it("Cloudflare's binding gets its structured mail", async () => {
    const send = vi.fn(async () => ({ messageId: "1" }));
    await transport({ EMAIL: { send } })?.(mail);
    const { id: _id, ...message } = mail;
    expect(send.mock.calls).toStrictEqual([[message]]);
  });

  it.each([
    ["EMAIL refused: E_SENDER_NOT_VERIFIED", { code: "E_SENDER_NOT_VERIFIED" }],
    ["EMAIL refused", { code: "ada@example.com" }],
    ["EMAIL refused", {}],
  ])("its failure says %s", async (message, fields) => {
    const send = () => Promise.reject(Object.assign(new Error("ada@example.com"), fields));
    await expect(transport({ EMAIL: { send } })?.(mail)).rejects.toMatchObject({ name: "TransportError", message });
  });

  it("Cloudflare's binding is given up when it does not answer", async () => {
    vi.useFakeTimers();
    try {
      const sending = transport({ EMAIL: { send: () => new Promise(() => {}) } })?.(mail);
      const outcome = expect(sending).rejects.toThrow("EMAIL did not answer in time");
      await vi.advanceTimersByTimeAsync(10_000);
      await outcome;
    } finally {
      vi.useRealTimers();
    }
  });
});
