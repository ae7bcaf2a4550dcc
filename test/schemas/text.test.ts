import { describe, expect, it } from "vitest";
import { Email, text } from "../../src/schemas/text.ts";

const good = [
  "ada@example.com",
  "ada@example.xn--p1ai",
  "ada@xn--80aswg.xn--p1ai",
  "ada+tag@example.co.uk",
  "a.d.a@a-b.example",
  "o'neil@example.com",
  "!#$%&'*+/=?^_`{|}~-@example.com",
  "0@0.example",
  `${"a".repeat(64)}@example.com`,
  `a@${"b".repeat(63)}.example`,
  `a@${`${"b".repeat(61)}.`.repeat(4)}cc`,
];
const bad = [
  "",
  "ada",
  "ada@",
  "@example.com",
  "ada@example",
  "ada@localhost",
  "ada@127.0.0.1",
  "ada@[127.0.0.1]",
  ".ada@example.com",
  "ada.@example.com",
  "a..da@example.com",
  "a da@example.com",
  " ada@example.com",
  "ada@example.com ",
  "ada@example.com\n",
  "ada@example.com\r\nBcc: b@example.com",
  "ada\0@example.com",
  "Ada <ada@example.com>",
  '"a b"@example.com',
  "a@b@example.com",
  "a@example.com,b@example.com",
  "ada@-example.com",
  "ada@example-.com",
  "ada@exa_mple.com",
  "ada@.example.com",
  "ada@example..com",
  "ada@example.com.",
  "ada@ex\u00e4mple.com",
  "\u00e4da@example.com",
  `${"a".repeat(65)}@example.com`,
  `a@${"b".repeat(64)}.example`,
  `a@${`${"b".repeat(62)}.`.repeat(4)}cc`,
];

describe("an e-mail address", () => {
  it.each(good)("%j is one", (address) => {
    expect(Email.safeParse(address).success).toBe(true);
  });

  it.each(bad)("%j is none", (address) => {
    expect(Email.safeParse(address).success).toBe(false);
  });
});

describe("a text with a least length", () => {
  const Name = text({ min: 1, max: 60 });

  it.each([
    " ",
    "\t\r\n",
    "\u00a0\u2003\u3000",
    "\u200b",
    "\ufeff",
    "\u2060\u200d\u00ad",
    "\u202e\u200f",
    "\u3164",
    "\u0007",
  ])("is not %j, of which nothing can be seen", (blank) => {
    expect(Name.safeParse(blank).error?.issues).toMatchObject([{ params: { type: "blank" } }]);
    expect(text({ max: 60 }).safeParse(blank).success).toBe(true);
  });

  it.each([" a ", ".", "\u200ba", "👩‍👧", "\ufe0f❤", "é", "e\u0301", "日本語", "\ue000", "\ufffd"])(
    "is %j, kept as it is",
    (name) => {
      expect(Name.parse(name)).toBe(name);
    },
  );

  it("names one fault of no characters at all", () => {
    expect(Name.safeParse("").error?.issues).toMatchObject([{ params: { type: "string_too_short" } }]);
  });
});
