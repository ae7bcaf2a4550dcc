import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { Greeted, mailKind } from "../../src/mail/kind.ts";
import { mailKindOf, mailKinds } from "../../src/mail/kinds.ts";
import { links } from "../../src/mail/links.ts";
import { notices } from "../../src/mail/notices.ts";
import { endpoints } from "../../src/routes/index.ts";
import { mailKindNames } from "../../src/values.ts";

const at = new Date("2026-11-25T18:04:05.678Z");
const place = { project: "A & B", frontendUrl: "https://app.example.com/x", at };
const pages: [kind: string, path: string][] = [
  ["verify_email", "/verify-email"],
  ["change_email", "/confirm-email"],
  ["reset_password", "/reset-password"],
];
/** Data that some notices need. */
const more = {
  role: "admin",
  until: "2026-12-25T18:04:05.000Z",
  by: "owner",
  organization: "Engines",
  key_name: "deploy",
  permissions: "items:read",
};
const compose = (kind: string, data: object, token = "") =>
  mailKindOf(kind)?.compose({ ...more, ...data }, place, token);
const names = mailKinds.map(({ name }) => name);
const noticeNames = Object.values(notices).map(({ name }) => name);

describe("the list of mails", () => {
  it("has a mail for each name of src/values.ts", () => {
    expect(names.toSorted()).toStrictEqual(mailKindNames.toSorted());
  });

  it("has each name once", () => {
    expect(new Set(names).size).toBe(names.length);
    expect(Object.entries(links).map(([purpose, { name }]) => [purpose, name])).toStrictEqual(
      pages
        .map(([name]) => [name, name])
        .toSorted(([a = ""], [b = ""]) => Object.keys(links).indexOf(a) - Object.keys(links).indexOf(b)),
    );
  });

  it("returns nothing for an unknown kind", () => {
    for (const name of ["", "constructor", "toString", "newsletter"]) expect(mailKindOf(name)).toBeUndefined();
  });

  it("names calls that there are, for those without a front end", () => {
    const paths = endpoints.filter(({ route }) => route.method === "post").map(({ route }) => route.path);
    for (const { link } of mailKinds) if (link?.call) expect(paths).toContain(`/api/v1${link.call.path}`);
  });
});

describe("a mail", () => {
  it.each(pages)("%s has one link, to the front end's page, in text and HTML", async (kind, path) => {
    const mail = await compose(kind, { name: "ada" }, "t-0_k");
    const url = `https://app.example.com/x${path}?token=t-0_k`;
    expect(mail?.subject).toContain("A & B");
    expect(new Set(mail?.text.match(/https?:\S+/g))).toStrictEqual(new Set([url]));
    expect(mail?.html.match(/href="[^"]*"/g)).toStrictEqual([`href="${url}"`]);
  });

  it.each(noticeNames)("%s has no link, and tells when, from where and what to do", async (kind) => {
    const mail = await compose(kind, { name: "ada", network: "203.0.113.7", program: "Firefox on Linux" });
    expect(mail?.text).toContain("Hello ada,");
    expect(mail?.text).toContain("When: 25 November 2026, 18:04 UTC\nFrom: Firefox on Linux, network 203.0.113.7\n");
    expect(`${mail?.text}${mail?.html}`).not.toMatch(/https?:|href/);
    expect(mail?.text).toMatch(/\n\nIf [^\n]+\.\n\n-- \nA & B\n$/);
    for (const fact of ["25 November 2026, 18:04 UTC", "Firefox on Linux, network 203.0.113.7"]) {
      expect(mail?.html).toContain(fact);
    }
  });

  it.each([
    ["administrator", "By: an administrator of A & B"],
    ["operator", "By: an operator of A & B, at the command line"],
    ["stranger", "By: somebody who was not signed in"],
  ])("names the %s as the actor, without the network", async (by, line) => {
    const mail = await compose("sessions_ended", { name: "ada", by });
    expect(mail?.text).toContain(`${line}\n\n`);
    expect(mail?.text).not.toContain("From:");
  });

  it.each(names)("%s escapes user input, and loads nothing", async (kind) => {
    const mail = await compose(kind, { name: `"><script>alert('&')</script>`, program: "<img>" }, "t");
    expect(mail?.html).not.toMatch(/<script|<img|<link|src=|@import|url\(/);
    expect(mail?.html).toContain("&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;");
    expect(mail?.html).toContain("A &amp; B");
    expect(mail?.html).toContain("prefers-color-scheme: dark");
    expect(mail?.subject).not.toMatch(/[\r\n]/);
  });

  it.each(names)("%s has no line, and no direction, of a name that somebody chose", async (kind) => {
    const name = "ada\r\n\r\nPay here:\u2028\u0085\tnow\u202e";
    const told = { name, organization: name, key_name: name, program: name, inviter: name };
    const mail = await compose(kind, told, "t");
    expect(mail?.text).toContain("Hello ada Pay here: now,\n");
    expect(`${mail?.subject}${mail?.text}${mail?.html}`).not.toMatch(/^Pay|\r|[\u2028\u0085\u202e]/m);
  });

  it.each(names)("%s makes no link of a name that somebody chose", async (kind) => {
    const name = "win.example.com";
    const told = { name, organization: "Win http://example.com/now", key_name: "https://www.example.com" };
    const mail = await compose(kind, told, "t");
    expect(mail?.text).toContain("Hello win\u2024example\u2024com,\n");
    expect(`${mail?.subject}${mail?.text}`).not.toMatch(/https?:\/\/(www\.)?example\.com|example\.com\/now/);
  });

  it("greets an address as it is", async () => {
    const mail = await compose("invitation", { name: "ada.l@example.com", organization: "Engines" }, "t");
    expect(mail?.text).toContain("Hello ada.l@example.com,\n");
  });

  it("is always the same for the same input, so that a provider knows a second try", async () => {
    expect(await compose("verify_email", { name: "ada" }, "t")).toStrictEqual(
      await compose("verify_email", { name: "ada" }, "t"),
    );
  });

  it.each(names)("%s is not made from incomplete data", async (kind) => {
    expect(await mailKindOf(kind)?.compose({}, place)).toBeUndefined();
    expect(await compose(kind, { name: 1 })).toBeUndefined();
  });
});

describe("a kind of one's own", () => {
  const invitation = mailKind({
    name: "new_sign_in",
    data: Greeted.extend({ organization: z.string() }),
    link: { page: "/join", label: "Join", query: ({ organization }) => ({ to: organization }) },
    content: ({ organization }, { project }) => ({
      subject: `Join ${organization}\r\non ${project}`,
      paragraphs: [`${organization} works with ${project}.`],
      closing: "If you do not know them, ignore this mail.",
    }),
  });

  it("shows its data, and links to a page of the front end", async () => {
    const mail = await invitation.compose({ name: "ada", organization: "Engines & Co" }, place);
    expect(mail?.subject).toBe("Join Engines & Co on A & B");
    expect(mail?.text).toContain("Join:\nhttps://app.example.com/x/join?to=Engines+%26+Co\n");
    expect(mail?.html).toContain("Engines &amp; Co works with A &amp; B.");
  });

  it("does not compile with other data", () => {
    expectTypeOf<z.output<typeof invitation.data>>().toEqualTypeOf<{ name: string; organization: string }>();
  });
});
