import { describe, expect, it } from "vitest";
import { type Answer, aUser, quickHash, serveWithMailbox, unique } from "../../harness.ts";

const password = "correct horse battery";
const password_hash = quickHash(password);
const api = serveWithMailbox();
const fresh = () => aUser({ password_hash, email_verified_at: new Date().toISOString() });

/** Each endpoint that sets a password, with this one. */
const setting: Record<string, (password: string) => Promise<Answer>> = {
  "POST /users": (password) => {
    const username = unique();
    return api.post("/users", { json: { username, email: `${username}@example.com`, password } });
  },
  "POST /auth/password/reset": async (password) => {
    const { email } = await fresh();
    await api.post("/auth/password/forgot", { json: { email } });
    return api.post("/auth/password/reset", { json: { token: api.tokenFor(email), password } });
  },
  "PUT /users/me/password": async (next) => {
    const { token } = await fresh();
    return api.put("/users/me/password", { token, json: { current_password: password, password: next } });
  },
};

/** Each endpoint that asks for the account's password, with this one. */
const asking: Record<string, (password: string) => Promise<Answer>> = {
  "POST /auth/login": async (password) =>
    api.post("/auth/login", { json: { username: (await fresh()).username, password } }),
  "POST /auth/restore": async (password) => {
    const { username } = await aUser({ password_hash, deleted_at: new Date().toISOString() });
    return api.post("/auth/restore", { json: { username, password } });
  },
  "PUT /users/me/password": async (current_password) => {
    const json = { current_password, password: "an entirely new one" };
    return api.put("/users/me/password", { token: (await fresh()).token, json });
  },
  "POST /users/me/email": async (current_password) => {
    const json = { current_password, email: `${unique("new")}@example.com` };
    return api.post("/users/me/email", { token: (await fresh()).token, json });
  },
};

describe("a password that is its owner's address or username, or a part of it", () => {
  const owner = () => ({
    username: unique("Ada.Lovelace"),
    email: `${unique("First")}@${unique("somerville")}.example`,
  });
  type Owner = ReturnType<typeof owner>;

  it.each<[string, (owner: Owner) => string]>([
    ["username", ({ username }) => username],
    ["address", ({ email }) => email.toUpperCase()],
    ["address before the @", ({ email }) => email.split("@")[0] ?? ""],
    ["domain", ({ email }) => email.split("@")[1] ?? ""],
    ["part of the domain", ({ email }) => email.split(/[@.]/)[1] ?? ""],
    ["part of the address before the @", ({ email }) => email.split(/[@-]/)[1] ?? ""],
  ])("is refused at sign-up, reset and change: %s", async (_what, personal) => {
    const [newcomer, known] = [owner(), owner()];
    const ada = await aUser({ ...known, password_hash });
    await api.post("/auth/password/forgot", { json: { email: known.email } });
    const next = personal(known);
    const answers = [
      await api.post("/users", { json: { ...newcomer, password: personal(newcomer) } }),
      await api.post("/auth/password/reset", { json: { token: api.tokenFor(known.email), password: next } }),
      await api.as(ada).put("/users/me/password", { current_password: password, password: next }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(422);
      expect(body.errors).toMatchObject([{ loc: ["body", "password"], type: "personal_password" }]);
    }
    const json = { token: api.tokenFor(known.email), password: `${next} and more` };
    expect((await api.post("/auth/password/reset", { json })).status).toBe(204);
  });

  it("does not count as a guess at the current one", async () => {
    const { username, token } = await fresh();
    const json = { current_password: password, password: username };
    const headers = { "CF-Connecting-IP": "198.51.100.77" };
    for (let i = 0; i < 12; i++) {
      expect((await api.put("/users/me/password", { token, json, headers })).status).toBe(422);
    }
  });
});

describe("promise 9: a password with a NUL", () => {
  it.each(Object.entries(setting))("is not set by %s, which says so", async (_endpoint, set) => {
    for (const bad of ["password\0", "correct\0horse battery"]) {
      const { status, body } = await set(bad);
      expect(status).toBe(422);
      expect(body.errors).toMatchObject([
        { loc: ["body", "password"], msg: "Must be well-formed Unicode without NUL" },
      ]);
    }
    expect((await set("an entirely new one")).status).toBeLessThan(300);
  });

  it.each(Object.entries(asking))("is not the right one with a NUL behind it to %s", async (_endpoint, ask) => {
    for (const tail of ["\0", "\0\0", "\0x"]) {
      const { status, body } = await ask(`${password}${tail}`);
      expect([status, body.code]).toStrictEqual(status === 400 ? [400, "invalid_grant"] : [403, "wrong_password"]);
    }
    expect((await ask(password)).status).toBeLessThan(300);
  });
});
