import { describe, expect, it } from "vitest";
import { NewPassword } from "../../src/schemas/passwords.ts";
import { api, unique } from "../harness.ts";

const signUp = (password: unknown) => {
  const username = unique();
  return api.post("/users", { json: { username, email: `${username}@example.com`, password } });
};

describe("promise 9: the most common passwords are refused", () => {
  it.each(["password", "12345678", "qwertyuiop", "Password1", "PASSWORD123", "iloveyou", "baseball"])(
    "%s",
    async (password) => {
      const answer = await signUp(password);
      expect(answer.status).toBe(422);
      expect(answer.body.errors).toStrictEqual([
        { loc: ["body", "password"], msg: "Must not be one of the most common passwords", type: "common_password" },
      ]);
    },
  );

  it("takes passwords that only contain a refused one", () => {
    for (const password of [
      "testpassword123",
      "correct horse battery",
      "password ",
      " password",
      "pässword",
      "constructor",
    ]) {
      expect(NewPassword.safeParse(password).success, password).toBe(true);
    }
    for (let i = 0; i < 2_000; i++) expect(NewPassword.safeParse(crypto.randomUUID()).success).toBe(true);
  });

  it("8 to 256 characters, however many bytes those take", () => {
    for (const password of ["🔑".repeat(8), "🔑".repeat(256), "é".repeat(256)]) {
      expect(NewPassword.safeParse(password).success).toBe(true);
    }
    for (const password of ["🔑".repeat(7), "🔑".repeat(257), "\ud800 and so on", "", "password\0", "pass\0word too"]) {
      expect(NewPassword.safeParse(password).success).toBe(false);
    }
  });
});
