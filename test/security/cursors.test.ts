import { describe, expect, it } from "vitest";
import { openCursor, sealCursor } from "../../src/security/cursors.ts";
import { keysFor } from "../../src/security/keys.ts";

const { cursor: key } = await keysFor({
  SECRET_KEY: ["a key that only this test has, for cursors"],
  ALGORITHM: "HS256",
});

describe("promise 25: a cursor is tamper-evident", async () => {
  const sealed = await sealCursor(key, "items of a", "position é");

  it("opens where it was sealed", async () => {
    expect(await openCursor(key, "items of a", sealed)).toBe("position é");
  });

  it("opens in no other list and under no other key", async () => {
    const { cursor: other } = await keysFor({
      SECRET_KEY: ["another key that only this test has"],
      ALGORITHM: "HS256",
    });
    expect(await openCursor(key, "items of b", sealed)).toBeUndefined();
    expect(await openCursor(other, "items of a", sealed)).toBeUndefined();
  });

  it("does not confuse the end of a scope with the start of a position", async () => {
    const moved = await sealCursor(key, "items of a\nb", "c");
    const bytes = Buffer.from(moved, "base64url");
    const forged = Buffer.concat([bytes.subarray(0, 32), Buffer.from("b\nc")]).toString("base64url");
    expect(await openCursor(key, "items of a", forged)).toBeUndefined();
  });

  it("does not open with any character changed, added or taken away", async () => {
    for (let i = 0; i < sealed.length; i++) {
      const changed = `${sealed.slice(0, i)}${sealed[i] === "A" ? "B" : "A"}${sealed.slice(i + 1)}`;
      expect(await openCursor(key, "items of a", changed)).toBeUndefined();
    }
    const respelt = ["=", "!", " ", "\n"].map((other) => `${sealed}${other}`);
    const loose = sealed.slice(0, -1) + String.fromCharCode(sealed.charCodeAt(sealed.length - 1) + 1);
    for (const other of ["", "A", sealed.slice(1), sealed.slice(0, -2), `${sealed}AAAA`, "é", ...respelt, loose]) {
      expect(await openCursor(key, "items of a", other)).toBeUndefined();
    }
  });
});
