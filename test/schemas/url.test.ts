import { describe, expect, it } from "vitest";
import { Url } from "../../src/schemas/text.ts";

describe("a URL", () => {
  it.each([
    "https://example.com",
    "HTTP://localhost:8787/a?b=c#d",
    "https://b\u00fccher.example/stra\u00dfe",
    `https://example.com/${"a".repeat(1_980)}`,
  ])("%s is taken as it is", (value) => {
    expect(Url.parse(value)).toBe(value);
  });

  it.each([
    "",
    "example.com",
    "//example.com",
    "https://",
    "https:example.com",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    "https://example.com\n",
    " https://example.com",
    "https://exa mple.com",
    "https://example.com/\0",
    "https://example.com/\ud800",
    "https://[::1",
    "ftp://example.com",
    "mailto:ada@example.com",
    `https://example.com/${"a".repeat(1_981)}`,
  ])("%j is none", (value) => {
    expect(Url.safeParse(value).success).toBe(false);
  });
});
