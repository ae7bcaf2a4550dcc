import { describe, expect, it } from "vitest";
import { api, aUser, bindings, serve, unique } from "../../harness.ts";
import { hostileStrings } from "../../house/hostile-strings.ts";

/** Lifts the rate limits. */
const unlimited = Object.fromEntries(Object.entries(bindings).filter(([name]) => !name.startsWith("RATE_LIMIT_")));
const app = serve({ bindings: unlimited });

describe("stored text comes back verbatim", () => {
  it("as a user's name, which admins find by it", async () => {
    const [{ id, token }, admin] = [await aUser(), await aUser({ role: "admin" })];
    for (const text of hostileStrings) {
      const name = `${id} ${text}`;
      expect((await api.patch("/users/me", { token, json: { full_name: name } })).body.full_name).toBe(name);
      expect((await api.get("/users/me", { token })).body.full_name).toBe(name);
      const { body } = await admin.get(`/users?${new URLSearchParams({ q: name })}`);
      expect(
        body.items.map((user: { full_name: string }) => user.full_name),
        text,
      ).toStrictEqual([name]);
    }
    expect((await api.get("/users/me/export", { token })).body.profile.full_name).toBe(
      `${id} ${hostileStrings.at(-1)}`,
    );
  });

  it("as a password, each of which opens its own account alone", async () => {
    const passwords = hostileStrings.map((text) => `${text} 12345678`);
    const username = unique();
    await app.post("/users", { json: { username, email: `${username}@example.com`, password: passwords[0] } });
    for (const [i, password] of passwords.slice(0, 9).entries()) {
      const answer = await app.post("/auth/login", { json: { username, password } });
      expect(answer.status).toBe(i === 0 ? 200 : 400);
    }
  });

  it("as the device of a session", async () => {
    const username = unique();
    const password = "correct horse battery";
    await app.post("/users", { json: { username, email: `${username}@example.com`, password } });
    const printable = hostileStrings.filter((text) => /^[!-~][ -~]*[!-~]$/.test(text));
    let token = "";
    for (const text of printable) {
      const headers = { "User-Agent": text };
      token = (await app.post("/auth/login", { json: { username, password }, headers })).body.access_token;
    }
    const { body } = await app.get("/auth/sessions?limit=100", { token });
    expect(body.items.map(({ user_agent }: { user_agent: string }) => user_agent)).toStrictEqual(
      printable.toReversed(),
    );
  });
});
