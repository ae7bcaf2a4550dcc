import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { bindingName } from "../../src/context/bindings.ts";
import { rateClasses } from "../../src/context/policy.ts";
import { sessions } from "../../src/db/schema.ts";
import { networkOf } from "../../src/http/network.ts";
import { endpoints } from "../../src/routes/index.ts";
import { exampleBody } from "../examples.ts";
import { aKey, aUser, bindings, db, quickHash, serve, unique } from "../harness.ts";
import { limited } from "./limited.ts";

/** An app whose counters answer nothing good. */
const failing = (limit: () => Promise<unknown>) => {
  const limiters = Object.keys(rateClasses).map((rate) => [`RATE_LIMIT_${rate.toUpperCase()}`, { limit }]);
  return serve({ bindings: { ...bindings, ...Object.fromEntries(limiters) } });
};

const from = (address: string, headers: Record<string, string> = {}) => ({
  headers: { "CF-Connecting-IP": address, ...headers },
});

describe("rate classes", () => {
  it("count each user by themselves, wherever they call from and whatever they call", async () => {
    const app = limited(3);
    const [ada, bob] = [await aUser(), await aUser()];
    const paths = ["/users/me", `/users/${ada.id}`, "/auth/sessions"];
    for (const [i, path] of paths.entries()) {
      expect((await app.get(path, { token: ada.token, ...from(`192.0.2.${i}`) })).status).toBe(200);
    }
    const refused = await app.get("/users/me", { token: ada.token, ...from("192.0.2.9") });
    expect(refused.status).toBe(429);
    expect(refused.roundTrips).toBe(0);
    expect(app.logs.at(-1)).toMatchObject({ status: 429, code: "too_many_requests", user_id: ada.id });
    expect((await app.get("/users/me", { token: bob.token, ...from("192.0.2.9") })).status).toBe(200);
    expect(app.counted.user).toStrictEqual([ada.id, ada.id, ada.id, ada.id, bob.id]);
  });

  it("count all keys of an owner together, apart from the owner, and with the owner in a stricter class", async () => {
    const app = limited(2);
    const ada = await aUser();
    const keys = [await aKey({ user_id: ada.id }), await aKey({ user_id: ada.id })];
    for (const { token } of keys) {
      const answer = await app.get("/items", { token, ...from("192.0.2.1") });
      expect([answer.status, answer.headers.get("RateLimit-Policy")]).toStrictEqual([200, '"key";q=600;w=60']);
    }
    const refused = await app.get("/items", { token: keys[0]?.token ?? "", ...from("192.0.2.9") });
    expect([refused.status, refused.roundTrips]).toStrictEqual([429, 0]);
    expect(app.logs.at(-1)).toMatchObject({ status: 429, api_key_id: keys[0]?.id });
    expect((await app.get("/items", { token: ada.token })).status).toBe(200);
    await app.get("/items/export", { token: keys[1]?.token ?? "" });
    await app.get("/items/export", { token: ada.token });
    expect((await app.get("/items/export", { token: ada.token })).status).toBe(429);
    expect(app.counted).toMatchObject({ key: Array(3).fill(ada.id), user: [ada.id], heavy: Array(3).fill(ada.id) });
  });

  it("count a key or a session that has ended by its network, so that it does not spend its owner's budget", async () => {
    const app = limited(3);
    const ada = await aUser();
    const [key, revoked, expired] = [
      await aKey({ user_id: ada.id }),
      await aKey({ user_id: ada.id }, { revoked_at: new Date().toISOString() }),
      await aKey({ user_id: ada.id }, { expires_at: "2020-01-01T00:00:00.000Z" }),
    ];
    for (const { token } of [revoked, expired]) {
      for (const status of [401, 401, 401, 401, 429]) {
        expect((await app.get("/items", { token, ...from(`192.0.2.${token === revoked.token ? 1 : 2}`) })).status).toBe(
          status,
        );
      }
    }
    expect((await app.get("/items", { token: key.token, ...from("192.0.2.1") })).status).toBe(200);
    expect(app.counted.key?.filter((counted) => counted === ada.id)).toHaveLength(3);

    await db.update(sessions).set({ revoked_at: new Date().toISOString() }).where(eq(sessions.id, ada.sessionId));
    for (const status of [401, 401, 401, 401, 429]) {
      expect((await app.get("/items", { token: ada.token, ...from("192.0.2.3") })).status).toBe(status);
    }
    expect(app.counted.user?.filter((counted) => counted === ada.id)).toHaveLength(1);
  });

  it("count a key that is none of ours by its network", async () => {
    const app = limited(2);
    const { token } = await aKey({ user_id: (await aUser()).id });
    const wrong = { token: `${token}x`, ...from("192.0.2.77") };
    for (const status of [401, 401, 429]) expect((await app.get("/items", wrong)).status).toBe(status);
    expect(app.counted.key).toStrictEqual([]);
  });

  it("refuse with a problem that says when to come back", async () => {
    const ada = await aUser();
    const app = limited(0);
    const answer = await app.as(ada).get("/users/me", { headers: { Origin: "https://app.example.com" } });
    expect(answer.body).toMatchObject({ status: 429, code: "too_many_requests", detail: "Too many requests." });
    expect(answer.headers.get("Retry-After")).toBe("60");
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(answer.headers.get("RateLimit")).toBe('"user";r=0;t=60');
    expect(answer.headers.get("RateLimit-Policy")).toBe('"user";q=600;w=60');
    const exposed = answer.headers.get("Access-Control-Expose-Headers") ?? "";
    for (const name of ["Retry-After", "RateLimit", "RateLimit-Policy"]) expect(exposed.split(",")).toContain(name);
  });

  it("tell their policy on every other answer too", async () => {
    const app = limited(9);
    expect((await app.get("/openapi.json")).headers.get("RateLimit-Policy")).toBe('"public";q=600;w=60');
    const refused = await app.post("/auth/refresh", { json: { refresh_token: "x" } });
    expect(refused.headers.get("RateLimit-Policy")).toBe('"token";q=600;w=60, "public";q=600;w=60');
    expect((await app.get("/users/me")).headers.get("RateLimit-Policy")).toBe('"user";q=600;w=60');
    expect((await app.get("/nothing")).headers.get("RateLimit-Policy")).toBeNull();
  });

  it("count strangers, and tokens that are none, by their network", async () => {
    const app = limited(2);
    for (const status of [401, 401, 429]) {
      expect((await app.get("/users/me", { token: "garbage", ...from("192.0.2.1") })).status).toBe(status);
    }
    expect((await app.get("/users/me", from("192.0.2.1"))).status).toBe(429);
    expect((await app.get("/users/me", from("192.0.2.2"))).status).toBe(401);
    expect((await app.get("/users/me", { token: (await aUser()).token, ...from("192.0.2.1") })).status).toBe(200);
  });

  it("move nobody to another counter by X-Forwarded-For, or by the path's spelling", async () => {
    const app = limited(1);
    const spellings = ["/openapi.json", "/openapi.json/", "/openapi.json?a=b", "/openapi.json?c"];
    for (const [i, path] of spellings.entries()) {
      const forged = {
        "X-Forwarded-For": `203.0.113.${i}`,
        "X-Real-IP": `203.0.113.${i}`,
        Forwarded: `for=203.0.113.${i}`,
      };
      const answer = await app.get(path, from("192.0.2.1", forged));
      expect(answer.status).toBe(i === 0 ? 200 : 429);
    }
    // Of another case it is another path: nothing is there, and nothing is spent on it.
    expect((await app.get("/api/v1/Users", from("192.0.2.1"))).status).toBe(404);
    expect(app.counted.public).toStrictEqual(Array(4).fill("openapi 192.0.2.1"));
  });

  it("count an IPv6 customer's /64 as one network", async () => {
    const app = limited(9);
    for (const address of ["2001:db8:1:2::1", "2001:DB8:1:2:ffff::9", "2001:db8:1:3::1"]) {
      await app.get("/openapi.json", from(address));
    }
    const [first, second] = ["openapi 2001:db8:1:2::/64", "openapi 2001:db8:1:3::/64"];
    expect(app.counted.public).toStrictEqual([first, first, second]);
  });

  it("come before the body is read and the database is asked", async () => {
    const app = limited(0);
    const ada = await aUser();
    const huge = "x".repeat(2 ** 20 + 1);
    const answer = await app
      .as(ada)
      .post("/users/me/email", undefined, { body: huge, headers: { "Content-Type": "text/plain" } });
    expect(answer.status).toBe(429);
    expect(answer.roundTrips).toBe(0);
  });

  it("are stricter where a call costs more", () => {
    const classOf = Object.fromEntries(endpoints.map(({ policy }) => [policy.operationId, policy.rate]));
    expect(classOf).toMatchObject({ login: "sign_in", createUser: "sign_up", forgotPassword: "sign_up" });
    expect(classOf).toMatchObject({ changeMyPassword: "sign_in", changeMyEmail: "sign_in" });
    expect(classOf).toMatchObject({ exportMe: "heavy", readMe: "user", listUsers: "user", ready: "public" });
    expect(rateClasses.sign_up.limit).toBeLessThan(rateClasses.sign_in.limit);
    expect(rateClasses.sign_in.limit).toBeLessThan(rateClasses.public.limit);
  });
});

describe("neighbours behind the same address", () => {
  const shared = from("192.0.2.1");
  const password = "correct horse battery";

  /** Uses up the budget that a stranger in that network has at each public endpoint. */
  async function useUp(app: ReturnType<typeof limited>) {
    const open = endpoints.filter(({ policy }) => policy.access === "public" && policy.rate !== undefined);
    for (const { policy, contract } of open) {
      const call = async () => {
        const path = policy.path.replaceAll(/\{.+?\}/g, crypto.randomUUID());
        const json = { json: exampleBody({ route: endpointOf(policy.operationId).route }) };
        return app.call(contract.method.toUpperCase(), path, {
          ...shared,
          ...("body" in (contract.request ?? {}) && json),
        });
      };
      let status = 0;
      for (let i = 0; i < 4 && status !== 429; i++) status = (await call()).status;
      expect([policy.operationId, status]).toStrictEqual([policy.operationId, 429]);
    }
  }
  const endpointOf = (operationId: string) => {
    const found = endpoints.find(({ policy }) => policy.operationId === operationId);
    if (!found) throw new Error(`there is no ${operationId}`);
    return found;
  };

  it("refuses nobody's refresh, sign-out, verification, confirmation or reset", async () => {
    const app = limited(3);
    const password_hash = quickHash(password);
    const [{ username, email }, mover] = [await aUser({ password_hash }), await aUser({ password_hash })];
    const { body } = await app.post("/auth/login", { json: { username, password } });
    const { body: other } = await app.post("/auth/login", { json: { username, password } });
    const { body: revoked } = await app.post("/auth/login", { json: { username, password }, ...from("192.0.2.2") });
    await app.post("/auth/email/verify/resend", { json: { email } });
    const verification = app.tokenFor(email);
    await app.post("/auth/password/forgot", { json: { email } });
    const reset = app.tokenFor(email);
    const json = { email: `new-${mover.email}`, current_password: password };
    await app.as(mover).post("/users/me/email", json);
    const confirmation = app.tokenFor(json.email);
    await useUp(app);

    const refreshed = await app.post("/auth/refresh", { json: { refresh_token: body.refresh_token }, ...shared });
    expect(refreshed.status).toBe(200);
    const { refresh_token } = refreshed.body;
    expect((await app.post("/auth/logout", { form: { refresh_token }, ...shared })).status).toBe(204);
    const bearer = { token: other.access_token, json: {}, ...shared };
    expect((await app.post("/auth/logout", bearer)).status).toBe(204);
    for (const token of [revoked.access_token, revoked.refresh_token]) {
      expect((await app.post("/auth/revoke", { form: { token }, ...shared })).status).toBe(200);
    }
    expect((await app.post("/auth/email/verify", { json: { token: verification }, ...shared })).status).toBe(204);
    expect((await app.post("/auth/email/confirm", { json: { token: confirmation }, ...shared })).status).toBe(204);
    const chosen = { token: reset, password: `${password}!` };
    expect((await app.post("/auth/password/reset", { json: chosen, ...shared })).status).toBe(204);
    expect((await app.get("/health", shared)).status).toBe(200);
    expect((await app.get("/.well-known/jwks.json", shared)).status).toBe(200);
  });

  it("at one endpoint, refuses nobody at another", async () => {
    const app = limited(1);
    const calls = [
      () => app.post("/auth/email/verify/resend", { json: { email: "a@example.com" }, ...shared }),
      () => app.post("/auth/password/forgot", { json: { email: "a@example.com" }, ...shared }),
      () => app.get("/health/ready", shared),
      () => app.get("/openapi.json", shared),
    ];
    for (const call of calls) {
      expect((await call()).status).toBeLessThan(300);
      expect((await call()).status).toBe(429);
    }
  });

  it("counts a token that we made by itself, and any other by its network", async () => {
    const app = limited(2);
    const { email } = await aUser();
    await app.post("/auth/password/forgot", { json: { email } });
    const token = app.tokenFor(email);
    const verify = (own: string, address: string) =>
      app.post("/auth/email/verify", { json: { token: own }, ...from(address) });
    for (const [i, status] of [400, 400, 429].entries()) {
      const answer = await verify(token, `192.0.2.${i}`);
      expect(answer.status).toBe(status);
      if (status === 429) expect(answer.headers.get("RateLimit")).toBe('"token";r=0;t=60');
    }
    expect(app.counted.token).toHaveLength(3);
    const forged = ["A".repeat(43), `${token.slice(0, 22)}${"A".repeat(21)}`, `${token.slice(1)}A`, `${token}A`];
    for (const [i, status] of [400, 400, 429, 429].entries()) {
      expect((await verify(forged[i] ?? "", "192.0.2.9")).status).toBe(status);
    }
    const refresh = (refresh_token: string) =>
      app.post("/auth/refresh", { json: { refresh_token }, ...from("192.0.2.9") });
    for (const [i, status] of [400, 400, 429].entries()) expect((await refresh(`made up ${i}`)).status).toBe(status);
    expect(JSON.stringify(app.counted)).not.toContain(token);
  });

  it("counts a sign-in by its network, whatever token comes along", async () => {
    const app = limited(2);
    const { username } = await aUser({ password_hash: quickHash(password) });
    const signIn = (address: string, session?: { access_token: string; refresh_token: string }) => {
      const { access_token: token, refresh_token = "" } = session ?? {};
      const form = { grant_type: "password", username, password, refresh_token };
      return app.post("/auth/login", { form, ...(token && { token }), ...from(address) });
    };
    const sessions = await Promise.all(["192.0.2.11", "192.0.2.12", "192.0.2.13"].map((address) => signIn(address)));
    const statuses = [];
    for (const { body } of sessions) {
      statuses.push((await signIn("192.0.2.14", body)).status);
    }
    expect(statuses).toStrictEqual([200, 200, 429]);
  });

  it("is counted neither for liveness nor for the keys", async () => {
    const app = limited(0);
    for (const path of ["/health", "/.well-known/jwks.json"]) {
      const answer = await app.get(path, shared);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("RateLimit-Policy")).toBeNull();
    }
    expect(Object.values(app.counted).flat()).toStrictEqual([]);
  });
});

describe("sign-up", () => {
  it("is bounded for each network before anything is hashed", async () => {
    const app = limited(5);
    const signUp = () => {
      const username = unique();
      const json = { username, email: `${username}@example.com`, password: "correct horse battery" };
      return app.post("/users", { json, ...from("192.0.2.1") });
    };
    const statuses = (await Promise.all(Array.from({ length: 20 }, signUp))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(15);
  });
});

describe("a binding that fails", () => {
  it("reads and writes go on, and the log says so", async () => {
    const app = failing(() => Promise.reject(new Error("the counter is gone")));
    const ada = await aUser();
    expect((await app.as(ada).get("/users/me")).status).toBe(200);
    expect((await app.as(ada).patch("/users/me", { full_name: "t" })).status).toBe(200);
    const warnings = app.logs.filter(({ level }) => level === "warn");
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatchObject({
      message: "rate limit failed",
      operation_id: "readMe",
      rate_class: "user",
      cause: { detail: "the counter is gone" },
    });
  });

  it("sign-in is bounded by the exact throttle", async () => {
    const app = failing(() => Promise.reject(new Error("the counter is gone")));
    const { username } = await aUser();
    const json = { username, password: "wrong" };
    const guesses = Array.from({ length: 20 }, () => app.post("/auth/login", { json, ...from("198.51.100.1") }));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 400)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  });

  it("a counter that never answers is not waited for", async () => {
    const app = failing(() => new Promise(() => {}));
    expect((await app.get("/openapi.json", from("192.0.2.1"))).status).toBe(200);
    expect(app.logs.map(({ message }) => message)).toContain("rate limit failed");
  });

  it("one that answers nonsense counts as failed", async () => {
    const app = failing(() => Promise.resolve(undefined));
    expect((await app.get("/openapi.json", from("192.0.2.1"))).status).toBe(200);
    expect(app.logs.map(({ message }) => message)).toContain("rate limit failed");
  });
});

describe("the runtime's own counters", () => {
  it("are there for every class, and refuse beyond the limit", async () => {
    for (const rate of Object.keys(rateClasses)) expect(bindings).toHaveProperty(`RATE_LIMIT_${rate.toUpperCase()}`);
    expect(Object.keys(rateClasses).map((rate) => bindingName(rate as keyof typeof rateClasses))).toStrictEqual(
      Object.keys(rateClasses).map((rate) => `RATE_LIMIT_${rate.toUpperCase()}`),
    );
    const app = serve();
    const { limit } = rateClasses.sign_up;
    const ask = () => app.post("/auth/password/forgot", { json: { email: "a@example.com" }, ...from("192.0.2.77") });
    // Twice as many: a minute may end in between.
    const answers = await Promise.all(Array.from({ length: 2 * limit + 1 }, ask));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(limit);
  });
});

describe("networkOf", () => {
  it("takes an IPv4 address as it is, mapped into IPv6 too", () => {
    expect(networkOf("192.0.2.1")).toBe("192.0.2.1");
    expect(networkOf("::ffff:192.0.2.1")).toBe("192.0.2.1");
    expect(networkOf("::1")).toBe("0:0:0:0::/64");
  });

  it("is the same for every spelling of an IPv6 address", () => {
    for (const spelling of ["2001:db8::1", "2001:0DB8:0:0::1", "2001:db8:0000:0:1:2:3:4", "2001:db8::5:6:7:8%eth0"]) {
      expect(networkOf(spelling), spelling).toBe("2001:db8:0:0::/64");
    }
    expect(networkOf("1::4:5:6:7:8")).toBe("1:0:0:4::/64");
  });
});
