import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { users } from "../../../src/db/schema.ts";
import { api, aUser, db, unique } from "../../harness.ts";

const password = "correct horse battery";
const admin = await aUser({ role: "admin" });
const newcomer = () => {
  const username = unique();
  return { username, email: `${username}@example.com`, password };
};

describe("POST /users", () => {
  it("makes an account and says where it is", async () => {
    const json = { ...newcomer(), full_name: "Ada Lovelace" };
    const answer = await api.post("/users", { json });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("Location")).toBe(`/api/v1/users/${answer.body.id}`);
    const { password: _, ...profile } = json;
    expect(answer.body).toMatchObject({ ...profile, role: "user", is_active: true });
    expect(answer.text).not.toMatch(/password|hash|deleted_at/);
    const [row] = await db.select().from(users).where(eq(users.id, answer.body.id));
    expect(row?.password_hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
  });

  it("keeps the e-mail as typed, unique without case", async () => {
    const first = newcomer();
    const email = first.email.toUpperCase();
    expect((await api.post("/users", { json: { ...first, email } })).body.email).toBe(email);
    const again = await api.post("/users", { json: { ...newcomer(), email: first.email } });
    expect(again.status).toBe(409);
    expect(again.body.code).toBe("email_taken");
  });

  it("keeps usernames unique without case", async () => {
    const first = newcomer();
    await api.post("/users", { json: first });
    const again = await api.post("/users", { json: { ...newcomer(), username: first.username.toUpperCase() } });
    expect(again.status).toBe(409);
    expect(again.body.code).toBe("username_taken");
  });

  it.each([
    ["email", ["", "a", "a@", "@b.c", "a b@example.com", `${"a".repeat(250)}@example.com`, 5, null]],
    ["username", ["", "ab", "a".repeat(51), "a b", "a@b", "ünicode", "abc\n", 5, null]],
    ["full_name", ["", "x".repeat(201), "\u0000", "\ud800", 5]],
    ["password", ["1234567", "🔑".repeat(7), "x".repeat(257), "\ud800aaaaaaaa", 12345678, null]],
  ])("refuses a bad %s", async (field, values) => {
    for (const value of values) {
      const answer = await api.post("/users", { json: { ...newcomer(), [field]: value } });
      expect(answer.status, String(value)).toBe(422);
      expect(answer.body.errors[0].loc).toStrictEqual(["body", field]);
      expect(answer.roundTrips).toBe(0);
    }
  });

  it("takes 8 and 256 code points as a password", async () => {
    for (const good of ["🔑".repeat(8), "🔑".repeat(256)]) {
      expect((await api.post("/users", { json: { ...newcomer(), password: good } })).status).toBe(201);
    }
  });

  it.each(["id", "role", "is_active", "password_hash", "created_at", "deleted_at", "owner_id"])(
    "promise 12: refuses %s",
    async (field) => {
      const answer = await api.post("/users", { json: { ...newcomer(), [field]: "admin" } });
      expect(answer.status).toBe(422);
      expect(answer.body.errors[0]).toMatchObject({ loc: ["body", field], type: "extra_forbidden" });
    },
  );
});

describe("GET /users/me", () => {
  it("answers who is calling", async () => {
    const user = await aUser();
    const answer = await user.get("/users/me");
    expect(answer.status).toBe(200);
    expect(answer.body.id).toBe(user.id);
    expect(answer.roundTrips).toBe(1);
  });
});

describe.each(["/users/me", "/users/{id}"])("PATCH %s", (path) => {
  const change = (user: { id: string; token: string }, json: unknown) =>
    api.as(user).patch(path.replace("{id}", user.id), json);

  it("changes what the body names and nothing else", async () => {
    const user = await aUser({ full_name: "Before" });
    const username = unique();
    const answer = await change(user, { username });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id: user.id, username, email: user.email, full_name: "Before" });
    expect((await change(user, { full_name: null })).body.full_name).toBeNull();
    expect(Date.parse(answer.body.updated_at)).toBeGreaterThan(Date.parse(user.updated_at));
  });

  it("refuses an empty body, null where there must be a value, and unknown fields", async () => {
    const user = await aUser();
    for (const json of [
      {},
      { email: null },
      { username: null },
      { id: user.id },
      { password_hash: "x" },
      [],
      "x",
      null,
    ]) {
      expect((await change(user, json)).status, JSON.stringify(json)).toBe(422);
    }
  });

  it("refuses a taken name", async () => {
    const [user, other] = [await aUser(), await aUser()];
    const byAdmin = { token: admin.token, json: { email: other.email.toUpperCase() } };
    expect((await api.patch(`/users/${user.id}`, byAdmin)).body.code).toBe("email_taken");
    expect((await change(user, { username: other.username })).body.code).toBe("username_taken");
  });

  it.each([{ role: "admin" }, { is_active: false }, { is_active: true }, { role: "user", full_name: "x" }])(
    "promise 12: answers 403 to %j from a user, and changes nothing",
    async (json) => {
      const user = await aUser();
      const answer = await change(user, json);
      expect(answer.status).toBe(403);
      expect(answer.body.code).toBe("forbidden");
      const [row] = await db.select().from(users).where(eq(users.id, user.id));
      expect(row).toMatchObject({ role: "user", is_active: true, full_name: user.full_name });
    },
  );
});

describe("PATCH /users/{id} by an admin", () => {
  it("sets role and is_active, and both count at the next request", async () => {
    const user = await aUser();
    const promoted = await admin.patch(`/users/${user.id}`, { role: "admin" });
    expect(promoted.body.role).toBe("admin");
    expect((await user.get("/users")).status).toBe(200);
    await admin.patch(`/users/${user.id}`, { role: "user" });
    expect((await user.get("/users")).status).toBe(403);
    await admin.patch(`/users/${user.id}`, { is_active: false });
    expect((await user.get("/users/me")).status).toBe(401);
  });
});

describe("promise 11: somebody else", () => {
  it("answers exactly as a missing user", async () => {
    const [user, other] = [await aUser(), await aUser()];
    const missing = crypto.randomUUID();
    for (const [method, status, json] of [
      ["GET", 404],
      ["PATCH", 404, { full_name: "x" }],
      ["DELETE", 403],
    ] as const) {
      const init = { token: user.token, json, headers: { "X-Request-Id": "same" } };
      const theirs = await api.call(method, `/users/${other.id}`, init);
      const nobodys = await api.call(method, `/users/${missing}`, init);
      expect(theirs.status).toBe(status);
      expect(theirs.text).toBe(nobodys.text);
      expect([...theirs.headers.keys()]).toStrictEqual([...nobodys.headers.keys()]);
    }
    expect((await other.get("/users/me")).body.full_name).toBe(other.full_name);
  });

  it("is reached by an admin", async () => {
    const user = await aUser();
    expect((await admin.get(`/users/${user.id}`)).body.email).toBe(user.email);
    expect((await admin.get(`/users/${crypto.randomUUID()}`)).status).toBe(404);
    expect((await admin.delete(`/users/${user.id}`)).status).toBe(204);
    expect((await admin.get(`/users/${user.id}`)).status).toBe(404);
  });

  it("is 422 where the id is none", async () => {
    expect((await admin.get("/users/17")).status).toBe(422);
  });
});

describe("POST /users/me/deletion", () => {
  it("keeps the row, ends the tokens and frees the names", async () => {
    const json = newcomer();
    const { body } = await api.post("/users", { json });
    const login = await api.post("/auth/login", { json: { username: json.username, password } });
    const token = login.body.access_token;
    const wrong = await api.post("/users/me/deletion", { token, json: { current_password: "not the password" } });
    expect([wrong.status, wrong.body.code]).toStrictEqual([403, "wrong_password"]);
    expect((await api.get("/users/me", { token })).status).toBe(200);
    const answer = await api.post("/users/me/deletion", { token, json: { current_password: password } });
    expect(answer.status).toBe(204);
    expect((await api.get("/users/me", { token })).status).toBe(401);
    expect((await api.post("/auth/login", { json: { username: json.username, password } })).status).toBe(400);
    expect((await api.post("/users", { json })).status).toBe(201);
    const [row] = await db.select().from(users).where(eq(users.id, body.id));
    expect(row?.deleted_at).not.toBeNull();
  });
});

describe("GET /users", () => {
  it("is an admin's", async () => {
    const user = await aUser();
    const answer = await user.get("/users");
    expect(answer.status).toBe(403);
    expect(answer.roundTrips).toBe(1);
  });

  it("finds who is not deleted by name, username and e-mail, every character taken literally", async () => {
    const mark = unique("q").replace("-", "_");
    const byName = await aUser({ full_name: `100% ${mark}` });
    const byUsername = await aUser({ username: `${mark}.u` });
    const byEmail = await aUser({ email: `${mark}+e@example.com` });
    await aUser({ username: `${mark}.gone`, deleted_at: new Date().toISOString() });
    const find = async (q: string) => {
      const answer = await admin.get(`/users?q=${encodeURIComponent(q)}`);
      return answer.body.items.map((user: { id: string }) => user.id);
    };
    expect(await find(mark.toUpperCase())).toStrictEqual([byEmail.id, byUsername.id, byName.id]);
    expect(await find(`% ${mark}`)).toStrictEqual([byName.id]);
    expect(await find(mark.replace("_", "%"))).toStrictEqual([]);
    expect(await find(mark.replace("_", "x"))).toStrictEqual([]);
    expect(await find(`\\${mark}`)).toStrictEqual([]);
  });

  it("refuses a part that no index finds", async () => {
    expect((await admin.get("/users?q=ab")).body.errors).toMatchObject([{ loc: ["query", "q"], ctx: { min: 3 } }]);
  });

  it("finds accents in a name however they are composed", async () => {
    const mark = unique("q");
    const names = ["NFC", "NFD"].map((form) => `José ${mark}`.normalize(form));
    const ids = [];
    for (const full_name of names) ids.unshift((await aUser({ full_name })).id);
    for (const q of names) {
      const answer = await admin.get(`/users?q=${encodeURIComponent(q)}`);
      expect(answer.body.items.map((user: { id: string }) => user.id)).toStrictEqual(ids);
    }
  });

  it("pages, and a cursor goes only with its filter", async () => {
    const mark = unique("page");
    const made = [];
    for (let i = 0; i < 5; i++) made.unshift((await aUser({ username: `${mark}.${i}` })).id);
    const seen: string[] = [];
    let path: string | undefined = `/users?limit=2&q=${mark}`;
    let cursor = "";
    while (path) {
      const answer = await admin.get(path);
      seen.push(...answer.body.items.map((user: { id: string }) => user.id));
      cursor = answer.body.next_cursor ?? cursor;
      path = /<(.+)>; rel="next"/.exec(answer.headers.get("Link") ?? "")?.[1];
    }
    expect(seen).toStrictEqual(made);
    const foreign = await admin.get(`/users?cursor=${cursor}`);
    expect(foreign.status).toBe(400);
    expect(foreign.body.code).toBe("invalid_cursor");
  });
});
