import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hashPassword } from "../../../src/security/passwords.ts";
import { aUser, bindings, quickHash, serveWithMailbox } from "../../harness.ts";

const password = "correct horse battery";
const password_hash = await hashPassword(password);
const aKey = () => randomBytes(32).toString("base64url");
const [older, newer] = [aKey(), aKey()];
/** The ring at each step of a rotation. */
const rings = [older, `${older},${newer}`, `${newer},${older}`];
const headers = { "CF-Connecting-IP": "198.51.100.20" };

/** A Worker with this `SECRET_KEY`, and what everybody holds that it made something for. */
function workerWith(SECRET_KEY: string) {
  const app = serveWithMailbox({ bindings: { ...bindings, SECRET_KEY } });
  const post = (path: string, json: object, token?: string) =>
    app.post(path, { json, headers, ...(token !== undefined && { token }) });

  async function issue() {
    const user = await aUser({ password_hash, email_verified_at: new Date().toISOString() });
    const { body } = await post("/auth/login", { username: user.username, password });
    const { access_token, refresh_token } = body;
    for (const title of ["One", "Two"]) await post("/items", { title }, access_token);
    const page = await app.get("/items?limit=1", { token: access_token });
    const key = await post("/api-keys", { name: "Export", permissions: ["items:read"] }, access_token);
    await post("/auth/password/forgot", { email: user.email });
    await app.tasks();
    return {
      ...{ user, access_token, refresh_token, link: app.tokenFor(user.email) },
      ...{ cursor: page.body.next_cursor, apiKey: key.body.key },
    };
  }

  /** The statuses of one use of each. The link comes last, since it ends the sessions. */
  async function use(held: Awaited<ReturnType<typeof issue>>) {
    const { user, access_token: token, refresh_token, cursor, apiKey, link } = held;
    const before = app.sent.length;
    const statuses = {
      "access token": (await app.get("/users/me", { token })).status,
      "refresh token": (await post("/auth/refresh", { refresh_token })).status,
      cursor: (await app.get(`/items?limit=1&cursor=${cursor}`, { token })).status,
      "API key": (await app.get("/items", { token: apiKey })).status,
      "sign-in": (await post("/auth/login", { username: user.username, password })).status,
      link: (await post("/auth/password/reset", { token: link, password: `${password}!` })).status,
    };
    await app.tasks();
    const told = app.sent.slice(before).filter(({ to }) => to === user.email);
    return { statuses, subjects: told.map(({ subject }) => subject) };
  }
  return { app, post, issue, use };
}

const allGood = {
  ...{ "access token": 200, "refresh token": 200, cursor: 200 },
  ...{ "API key": 200, "sign-in": 200, link: 204 },
};

describe("promise 23: SECRET_KEY rotates in steps that end nothing that was made before", () => {
  it.each([
    [0, 1],
    [1, 0],
    [1, 2],
    [2, 1],
    [0, 2],
  ])("made at step %i, used at step %i", async (from, to) => {
    const [maker, user] = [workerWith(rings[from] ?? ""), workerWith(rings[to] ?? "")];
    const { statuses, subjects } = await user.use(await maker.issue());
    expect(statuses).toStrictEqual(allGood);
    // The network is still a familiar one.
    expect(subjects.filter((subject) => /sign-in/i.test(subject))).toStrictEqual([]);
  });

  it("gives two tabs that meet isolates of two steps the same token, and both go on", async () => {
    const [first, second] = [workerWith(rings[1] ?? ""), workerWith(rings[2] ?? "")];
    const { refresh_token } = await first.issue();
    const answers = [
      await first.post("/auth/refresh", { refresh_token }),
      await second.post("/auth/refresh", { refresh_token }),
    ];
    expect(answers.map(({ status }) => status)).toStrictEqual([200, 200]);
    const [one, other] = answers.map(({ body }) => body.refresh_token);
    expect(other).toBe(one);
    expect((await second.post("/auth/refresh", { refresh_token: other })).status).toBe(200);
    // A straggler of the burst gets what is current, by whichever keys it was made.
    const [late, later] = [
      await first.post("/auth/refresh", { refresh_token }),
      await second.post("/auth/refresh", { refresh_token: one }),
    ];
    expect(late.body.refresh_token).toBe(later.body.refresh_token);
    expect((await first.post("/auth/refresh", { refresh_token: late.body.refresh_token })).status).toBe(200);
  });

  it.each([
    [0, 2],
    [2, 1],
  ])(
    "keeps nobody out of a network that they used at step %i, whatever is guessed elsewhere at step %i",
    async (from, to) => {
      const { username } = await aUser({ password_hash: quickHash(password) });
      const enter = (step: number, password: string, address: string) =>
        workerWith(rings[step] ?? "").app.post("/auth/login", {
          json: { username, password },
          headers: { "CF-Connecting-IP": address },
        });
      expect((await enter(from, password, "198.51.100.21")).status).toBe(200);
      for (let i = 0; i < 10; i++) expect((await enter(to, "wrong", `203.0.113.${i}`)).status).toBe(400);
      expect((await enter(to, password, "203.0.113.10")).status).toBe(429);
      expect((await enter(to, password, "198.51.100.21")).status).toBe(200);
    },
  );

  it("refuses a token whose successor was made two steps ahead, by a key that is not in the ring", async () => {
    const [first, third] = [workerWith(rings[0] ?? ""), workerWith(rings[2] ?? "")];
    const { refresh_token } = await first.issue();
    expect((await third.post("/auth/refresh", { refresh_token })).status).toBe(200);
    expect((await first.post("/auth/refresh", { refresh_token })).body.code).toBe("invalid_refresh_token");
  });

  it("sends a mail that waited with the link that was issued", async () => {
    const user = await aUser({ email_verified_at: new Date().toISOString() });
    // Made first, as it sends the mails of its own time.
    const sender = workerWith(rings[2] ?? "");
    const silent = serveWithMailbox({
      bindings: { ...bindings, SECRET_KEY: older },
      deps: { transport: () => undefined },
    });
    await silent.post("/auth/password/forgot", { json: { email: user.email } });
    await sender.app.tasks();
    const token = sender.app.tokenFor(user.email);
    expect((await sender.post("/auth/password/reset", { token, password: `${password}!` })).status).toBe(204);
  });

  it("needs the older key no more once all was made anew, and then refuses what only it made", async () => {
    const held = await workerWith(older).issue();
    const second = workerWith(rings[2] ?? "");
    const { body } = await second.post("/auth/refresh", { refresh_token: held.refresh_token });
    const last = workerWith(newer);
    expect((await last.post("/auth/refresh", { refresh_token: body.refresh_token })).status).toBe(200);
    expect((await last.app.get("/users/me", { token: body.access_token })).status).toBe(200);
    expect((await last.app.get("/users/me", { token: held.access_token })).status).toBe(401);
    expect((await last.app.get("/items", { token: held.apiKey })).status).toBe(401);
  });
});
