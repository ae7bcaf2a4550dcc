import { describe, expect, it } from "vitest";
import { reprDigestOf, sha256In } from "../../src/http/digest.ts";
import { attachmentNamed } from "../../src/http/file.ts";
import { beginningOf, knownTypes, typeOfBytes } from "../../src/http/magic-bytes.ts";

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

describe("the type of a file by its first bytes", () => {
  it.each(knownTypes)("is found for %s, also with nothing behind them", (type) => {
    expect(typeOfBytes(beginningOf(type))).toBe(type);
    expect(typeOfBytes(Buffer.concat([beginningOf(type), bytes("and more")]))).toBe(type);
    expect(typeOfBytes(beginningOf(type).slice(0, -1))).toBeUndefined();
    expect(typeOfBytes(Buffer.concat([bytes(" "), beginningOf(type)]))).toBeUndefined();
  });

  it("is that of files as programs write them", () => {
    expect(typeOfBytes(bytes("GIF89a\x01\x00"))).toBe("image/gif");
    expect(typeOfBytes(bytes("\xff\xd8\xff\xe0\x00\x10JFIF"))).toBe("image/jpeg");
    expect(typeOfBytes(bytes("RIFF\x24\x00\x00\x00WEBPVP8 "))).toBe("image/webp");
    expect(typeOfBytes(bytes("RIFF\x24\x00\x00\x00WAVEfmt "))).toBeUndefined();
  });

  it.each(["", "<svg/>", "<!DOCTYPE html>", "%PDF", "GIF88a", "PK\x05\x06"])("is unknown for %j", (text) => {
    expect(typeOfBytes(bytes(text))).toBeUndefined();
  });
});

describe("the name of a file to save", () => {
  it("may hold half of a character", () => {
    expect(attachmentNamed("a\ud800b.png")).toBe(`attachment; filename="a_b.png"; filename*=UTF-8''a%EF%BF%BDb.png`);
  });

  it("ends with its extension, also as it is shown: no mark turns the direction of writing", () => {
    expect(attachmentNamed("plan\u202efdp.exe")).toBe(
      `attachment; filename="plan_fdp.exe"; filename*=UTF-8''plan_fdp.exe`,
    );
    expect(attachmentNamed("\u2067\u061c\u200fa.pdf")).toMatch(/UTF-8''___a\.pdf$/);
    expect(decodeURIComponent(attachmentNamed("שלום 👩‍👧.pdf"))).toContain("שלום 👩‍👧.pdf");
  });
});

describe("Repr-Digest", () => {
  const hex = "00ff".repeat(16);
  const own = reprDigestOf(hex);

  const replaced = `sha-256=:${"A".repeat(43)}=:, ${own}`;

  it.each([own, `${own};a=1`, ` ${own} `, `sha-512=:AAAA:, ${own}`, `${own}, md5=:AAAA:`, replaced])(
    "has a SHA-256, the last of several: %s",
    (header) => {
      expect(sha256In(header)).toBe(hex);
    },
  );

  it("without a SHA-256 says nothing that is known here", () => {
    for (const header of [undefined, "", "sha-512=:AAAA:", "unixsum=:AAAA:"]) expect(sha256In(header)).toBeUndefined();
  });

  it.each(["sha-256=", "sha-256=:AAAA:", `sha-256=${hex}`, own.slice(0, -1), `sha-256=:${"A".repeat(44)}:`])(
    "is refused if its SHA-256 is malformed: %s",
    (header) => {
      expect(() => sha256In(header)).toThrow("bad_request");
    },
  );
});
