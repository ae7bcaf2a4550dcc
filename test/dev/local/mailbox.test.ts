import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Mailbox, openMailbox, type Received } from "../../../dev/local/mailbox.ts";

const aMail = (id: string, change: Partial<Received> = {}) => ({
  id,
  from: { name: "Plinth", email: "no-reply@example.com" },
  to: "ada@example.com",
  subject: "Hello",
  text: "https://app.example.com/verify-email?token=t0k-en",
  html: "<!doctype html><html><head></head><body>Hello</body></html>",
  ...change,
});

describe("the mailbox of npm run dev", () => {
  let mailbox: Mailbox;
  beforeAll(async () => {
    mailbox = await openMailbox({ port: 0, api: "http://localhost:8787" });
  });
  afterAll(() => mailbox.close());

  const deliver = (mail: object) =>
    fetch(mailbox.endpoint, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(mail),
    });
  const list = async (): Promise<Received[]> => (await fetch(`${mailbox.url}/messages`)).json();
  const page = async (path: string) => (await fetch(`${mailbox.url}${path}`)).text();

  it("says how to get a first mail", async () => {
    expect(await list()).toStrictEqual([]);
    expect(await page("/")).toContain("No mail yet");
  });

  it("keeps a mail, once however often it is sent, the newest first", async () => {
    for (const id of ["first", "second", "first"]) expect((await deliver(aMail(id))).status).toBe(202);
    expect((await list()).map(({ id }) => id)).toStrictEqual(["second", "first"]);
    expect(await list()).toMatchObject([aMail("second"), aMail("first")]);
  });

  it("shows a mail where it can do nothing, and the call that its link stands for", async () => {
    await deliver(aMail("hostile", { subject: "<script>1</script>", html: '<head></head>"><script>2</script>' }));
    const html = await page("/messages/hostile");
    expect(html).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
    expect(html.match(/<script(?! nonce)/g)).toBeNull();
    expect(html).toContain("http://localhost:8787/api/v1/auth/email/verify");
    expect(html).toContain("{&quot;token&quot;:&quot;t0k-en&quot;}");
    expect((await fetch(`${mailbox.url}/`)).headers.get("Content-Security-Policy")).toContain("default-src 'none'");
  });

  it("shows the links of a mail of any kind", async () => {
    await deliver(
      aMail("own", { text: "Join: https://app.example.com/join?to=a%26b\nor https://example.com/?a=1&b=2." }),
    );
    const html = await page("/messages/own");
    for (const link of ["https://app.example.com/join?to=a%26b", "https://example.com/?a=1&amp;b=2"]) {
      expect(html).toContain(`<a href="${link}" target="_blank"`);
    }
    expect(html).not.toContain("Without a front end");
  });

  it("keeps the newest 200", async () => {
    for (let i = 0; i < 210; i++) await deliver(aMail(`many-${i}`));
    const kept = await list();
    expect(kept).toHaveLength(200);
    expect(kept.at(-1)?.id).toBe("many-10");
  });

  it("refuses anything but a mail, and anything that a foreign page could send", async () => {
    expect((await deliver({ id: "x" })).status).toBe(400);
    const plain = { method: "POST", body: JSON.stringify(aMail("plain")) };
    expect((await fetch(mailbox.endpoint, plain)).status).toBe(400);
    expect((await fetch(`${mailbox.url}/messages/none`)).status).toBe(404);
    expect((await fetch(mailbox.url, { method: "DELETE" })).status).toBe(405);
    const asked = request(mailbox.endpoint, { headers: { Host: "evil.example" } }).end();
    const [answer] = await once(asked, "response");
    expect(answer.statusCode).toBe(421);
    expect(await text(answer)).not.toContain("many-");
  });

  it("takes another port where its own is in use", async () => {
    const second = await openMailbox({ port: Number(new URL(mailbox.url).port), api: "" });
    expect(second.url).not.toBe(mailbox.url);
    await second.close();
  });
});
