import { describe, expect, it } from "vitest";
import { compose } from "../../src/mail/templates.ts";

const place = { project: "A & B", frontendUrl: "https://app.example.com/x" };
const links: [kind: string, path: string][] = [
  ["verify_email", "/verify-email"],
  ["change_email", "/confirm-email"],
  ["reset_password", "/reset-password"],
];
const notices = ["email_change_requested", "password_changed"];

describe("a mail", () => {
  it.each(links)("%s has one link, to the front end's page, in text and HTML", (kind, path) => {
    const mail = compose(kind, "ada", place, "t-0_k");
    const url = `https://app.example.com/x${path}?token=t-0_k`;
    expect(mail?.subject).toContain("A & B");
    expect(new Set(mail?.text.match(/https?:\S+/g))).toStrictEqual(new Set([url]));
    expect(mail?.html.match(/href="[^"]*"/g)).toStrictEqual([`href="${url}"`]);
  });

  it.each(notices)("%s has no link", (kind) => {
    const mail = compose(kind, "ada", place);
    expect(mail?.text).toContain("Hello ada,");
    expect(`${mail?.text}${mail?.html}`).not.toMatch(/https?:|href/);
  });

  it.each([...links.map(([kind]) => kind), ...notices])("%s escapes what people chose, and loads nothing", (kind) => {
    const mail = compose(kind, `"><script>alert('&')</script>`, place, "t");
    expect(mail?.html).not.toMatch(/<script|<img|<link|src=|@import|url\(/);
    expect(mail?.html).toContain("&#34;&#62;&#60;script&#62;alert(&#39;&#38;&#39;)&#60;/script&#62;");
    expect(mail?.html).toContain("A &#38; B");
    expect(mail?.html).toContain("prefers-color-scheme: dark");
    expect(mail?.subject).not.toMatch(/[\r\n]/);
  });

  it("is always the same for the same input, so that a provider knows a second try", () => {
    expect(compose("verify_email", "ada", place, "t")).toStrictEqual(compose("verify_email", "ada", place, "t"));
  });

  it("is none of a kind that there is not", () => {
    for (const kind of ["", "constructor", "toString", "newsletter"])
      expect(compose(kind, "ada", place)).toBeUndefined();
  });
});
