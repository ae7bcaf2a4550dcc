import { describe, expect, it } from "vitest";
import { Email } from "../../src/schemas/text.ts";

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
