import { describe, expect, it } from "vitest";
import { type Endpoint, endpoint, json } from "../../src/endpoint/endpoint.ts";
import { ApiError } from "../../src/errors.ts";
import { endpoints } from "../../src/routes/index.ts";
import { Health } from "../../src/schemas/health.ts";
import { api, aUser, bindings, serve } from "../harness.ts";

const user = await aUser();

describe("promise 16: HTTP is spoken properly", () => {
  it.each(["GET", "POST", "PATCH", "DELETE", "OPTIONS", "PUT"])(
    "answers 404 to %s on an unknown path",
    async (method) => {
      const response = await api.fetch(new Request("https://api.example.com/nowhere", { method }));
      expect(response.status).toBe(404);
      expect(response.headers.get("Content-Type")).toBe("application/problem+json");
      expect(await response.json()).toMatchObject({ status: 404, code: "not_found", request_id: expect.any(String) });
    },
  );

  it("answers 405 with Allow to another method", async () => {
    const answer = await api.call("PUT", "/users");
    expect(answer.status).toBe(405);
    expect(answer.headers.get("Allow")).toBe("POST, GET, HEAD, OPTIONS");
    expect(answer.body.code).toBe("method_not_allowed");
    expect((await api.call("PUT", "/users/me")).headers.get("Allow")).toBe("GET, PATCH, HEAD, OPTIONS");
    expect((await api.call("HEAD", "/auth/login")).status).toBe(405);
    // A fixed path that another endpoint could take for its parameter.
    expect((await user.delete("/users/me")).status).toBe(405);
  });

  it("tells Allow on OPTIONS", async () => {
    const answer = await api.call("OPTIONS", "/users");
    expect(answer.status).toBe(204);
    expect(answer.headers.get("Allow")).toBe("POST, GET, HEAD, OPTIONS");
  });

  it("answers HEAD as GET, without a body", async () => {
    const get = await user.get("/users/me");
    const head = await api.call("HEAD", "/users/me", { token: user.token });
    expect(head.status).toBe(200);
    expect(head.text).toBe("");
    expect(head.headers.get("Content-Type")).toBe(get.headers.get("Content-Type"));
    expect((await api.call("HEAD", "/health")).status).toBe(200);
  });

  it("answers with and without a trailing slash, without a redirect", async () => {
    expect((await user.get("/users/me/")).status).toBe(200);
    expect((await api.get("/health/")).status).toBe(200);
    expect((await api.call("PUT", "/users/")).status).toBe(405);
  });

  it("takes no empty parameter for all: DELETE with a slash at the end ends no session", async () => {
    const [owner, other] = [await aUser(), await aUser()];
    for (const path of ["/auth/sessions/", "/auth/sessions//", "/auth/sessions/?all", "/auth/sessions/%2e"]) {
      expect((await owner.delete(path)).status, path).toBe(404);
    }
    const admin = await aUser({ role: "admin" });
    for (const path of ["/users//sessions", `/users/${other.id}/sessions/`, `/users/${other.id}/sessions/..`]) {
      expect((await admin.delete(path)).status, path).toBe(404);
    }
    for (const { token } of [owner, other]) expect((await api.get("/users/me", { token })).status).toBe(200);
  });

  it.each(endpoints.map(({ route, policy }) => ({ id: policy.operationId, method: route.method, path: route.path })))(
    "$id: a trailing slash is forgiven unless it changes or removes what the path names",
    async ({ method, path }) => {
      const url = path.replaceAll(/\{.+?\}/g, user.id);
      const [exact, slashed] = [
        await api.call(method.toUpperCase(), url),
        await api.call(method.toUpperCase(), url.replace(/\/?$/, "/")),
      ];
      expect(slashed.status).toBe(["put", "patch", "delete"].includes(method) ? 404 : exact.status);
    },
  );

  it.each(["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "", "json"])(
    "answers 415 to a body of type %j",
    async (type) => {
      const answer = await user.patch("/users/me", undefined, {
        body: new Blob([JSON.stringify({ full_name: "t" })]),
        headers: type === "" ? {} : { "Content-Type": type },
      });
      expect(answer.status).toBe(415);
      expect(answer.body.detail).toBe("Send the body as application/json.");
    },
  );

  it("takes JSON whatever the case and parameters of its type", async () => {
    const headers = { "Content-Type": "Application/JSON; charset=utf-8" };
    const answer = await user.patch("/users/me", undefined, { body: '{"full_name":"t"}', headers });
    expect(answer.status).toBe(200);
  });

  it.each(["", "{", '{"full_name":', "\u0000", "[1,", "NaN"])("answers 400 to %j", async (body) => {
    const headers = { "Content-Type": "application/json" };
    const answer = await user.patch("/users/me", undefined, { body, headers });
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe("bad_request");
  });
});

describe("promise 9: bytes are taken exactly as sent, or not at all", () => {
  const raw = (type: string, bytes: number[], [method, path] = ["PATCH", "/users/me"], headers = {}) =>
    api.call(method, path, {
      token: user.token,
      body: new Uint8Array(bytes),
      headers: { "Content-Type": type, ...headers },
    });
  const json = (inner: number[]) => [...Buffer.from('{"full_name":"'), ...inner, ...Buffer.from('"}')];

  it("refuses JSON and forms that are not UTF-8", async () => {
    for (const inner of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80]]) {
      expect((await raw("application/json", json(inner))).body.code).toBe("bad_request");
    }
    const form = "application/x-www-form-urlencoded";
    for (const text of ["username=eve%FF&password=x", "username=eve&password=%ED%A0%80"]) {
      expect((await raw(form, [...Buffer.from(text)], ["POST", "/auth/login"])).body.code).toBe("bad_request");
    }
    expect(
      (await raw(form, [...Buffer.from("username=100%&password=%E2%82%AC")], ["POST", "/auth/login"])).body.code,
    ).toBe("invalid_grant");
  });

  it("refuses other charsets and encodings", async () => {
    const body = json([0x61]);
    for (const type of ["application/json; charset=iso-8859-1", "application/json;charset=utf-16"]) {
      expect((await raw(type, body)).status).toBe(415);
    }
    expect((await raw("application/json", body, undefined, { "Content-Encoding": "gzip" })).status).toBe(415);
    for (const type of ["application/json ; charset=UTF-8", 'application/json; charset="utf-8"', "application/json;"]) {
      expect((await raw(type, body)).status, type).toBe(200);
    }
  });
});

describe("validation", () => {
  it("names the field and the rule, as FastAPI does", async () => {
    const answer = await api.post("/users", { json: { email: "nonsense", username: "a b", extra: 1 } });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ loc: ["body", "email"], type: "invalid_format" }),
        expect.objectContaining({ loc: ["body", "username"] }),
        { loc: ["body", "password"], msg: "Field required", type: "missing" },
        { loc: ["body", "extra"], msg: "Field not allowed", type: "extra_forbidden" },
      ]),
    );
    expect(answer.body.detail).toMatch(/^body\.\w+: .+/);
  });

  it("never repeats the input", async () => {
    const json = { email: "secret-value", username: "secret value", password: "hidden", full_name: 5 };
    expect((await api.post("/users", { json })).text).not.toMatch(/secret|hidden/);
  });

  it("tells at most fifty errors", async () => {
    const json = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`key${i}`, i]));
    expect((await api.post("/users", { json })).body.errors).toHaveLength(50);
  });

  it("shortens the name of an unknown field or parameter, and makes it well-formed", async () => {
    const names = ["k".repeat(10_000), "\ud800", "🔑".repeat(1_000), `k${"🔑".repeat(1_000)}`];
    const { text, body } = await api.post("/users", { json: Object.fromEntries(names.map((name) => [name, 1])) });
    expect(text.length).toBeLessThan(3_000);
    expect(text.isWellFormed() && !text.includes("\\ud")).toBe(true);
    expect(body.errors.map(({ loc }: { loc: string[] }) => loc[1])).toEqual(
      expect.arrayContaining([`${"k".repeat(100)}…`, "\ufffd", `${"🔑".repeat(50)}…`]),
    );
    const long = await api.post(`/users?${"k".repeat(8_000)}=1`, { json: {} });
    expect(long.body.errors[0].loc).toStrictEqual(["query", `${"k".repeat(100)}…`]);
  });
});

describe("415", () => {
  it("says what would have been taken", async () => {
    for (const [method, path, header, types] of [
      ["POST", "/users", "Accept-Post", "application/json"],
      ["POST", "/auth/login", "Accept-Post", "application/x-www-form-urlencoded, application/json"],
      ["PATCH", "/users/me", "Accept-Patch", "application/json"],
      ["PUT", "/users/me/password", "Accept", "application/json"],
    ] as const) {
      for (const headers of [
        { "Content-Type": "text/plain" },
        { "Content-Type": "application/json", "Content-Encoding": "gzip" },
        { "Content-Type": "application/json; charset=latin1" },
      ]) {
        const answer = await api.call(method, path, { token: user.token, body: "{}", headers });
        expect(answer.status).toBe(415);
        expect(answer.headers.get(header), path).toBe(types);
        expect(answer.headers.get("Accept-Encoding")).toBe("identity");
      }
    }
  });
});

describe("promise 15: the body limit", () => {
  const limit = 1_048_576;
  const padded = (size: number) => `{"full_name":"t"}`.padEnd(size, " ");
  const headers = { "Content-Type": "application/json" };

  it("takes a body at the limit and refuses one byte more, announced", async () => {
    expect((await user.patch("/users/me", undefined, { headers, body: padded(limit) })).status).toBe(200);
    const answer = await user.patch("/users/me", undefined, { headers, body: padded(limit + 1) });
    expect(answer.status).toBe(413);
    expect(answer.body.code).toBe("payload_too_large");
    expect(answer.roundTrips).toBe(0);
  });

  it("takes a body at the limit and refuses one byte more, in chunks", async () => {
    const chunked = (size: number) => new Blob([padded(size)]).stream();
    expect((await user.patch("/users/me", undefined, { headers, body: chunked(limit) })).status).toBe(200);
    expect((await user.patch("/users/me", undefined, { headers, body: chunked(limit + 1) })).status).toBe(413);
  });

  it("holds where no body is expected, before anything is done", async () => {
    const ada = await aUser();
    const sessions = "/auth/sessions";
    for (const body of ["a".repeat(limit + 1), new Blob(["a".repeat(limit + 1)]).stream()]) {
      const answer = await ada.delete(sessions, { body });
      expect([answer.status, answer.body.code]).toStrictEqual([413, "payload_too_large"]);
    }
    expect((await ada.delete(sessions, { body: "ignored".padEnd(limit, "!") })).status).toBe(204);
    expect((await ada.get("/users/me")).body.id).toBe(ada.id);
  });

  it("holds for forms", async () => {
    const form = { username: "a", password: "b".repeat(limit) };
    const answer = await api.post("/auth/login", { form });
    expect(answer.status).toBe(413);
    expect(answer.body.error).toBe("invalid_request");
  });
});

describe("promise 14: no input makes a 5xx", () => {
  /** JSON texts, since some of them are no JavaScript value. */
  const hostile = [
    '"\\u0000"',
    '"\\ud800"',
    '"\\udfff tail"',
    "2147483648",
    "1e400",
    "-0.5",
    "null",
    "true",
    "[]",
    "{}",
    '[["deep"]]',
    '{"__proto__":1}',
    `"${"x".repeat(100_000)}"`,
    '"\'; drop table users; --"',
    '"%00"',
    '"\u202e\ufeff"',
  ];

  it.each([
    ["POST", "/users", { email: "a@example.com", username: "abc" }],
    ["PATCH", "/users/me", {}],
    ["POST", "/auth/login", {}],
  ] as const)("as any kind of JSON value in a field of %s %s", async (method, path, rest) => {
    const fields = ["email", "username", "full_name", "password", "role", "is_active", "__proto__"];
    for (const value of hostile) {
      for (const field of fields) {
        const body = JSON.stringify({ ...rest, a: 1 }).replace("}", `,${JSON.stringify(field)}:${value}}`);
        const headers = { "Content-Type": "application/json" };
        const answer = await api.call(method, path, { token: user.token, headers, body });
        expect(answer.status, body.slice(0, 200)).toBeLessThan(500);
      }
    }
  });

  it("not in a path or a query", async () => {
    const paths = [
      "%00",
      "%ED%A0%80",
      "%",
      "..%2f",
      "2147483648",
      "__proto__",
      "constructor",
      "a".repeat(5_000),
      "%F0%9F%92%A9",
    ];
    for (const path of paths) {
      for (const url of [
        `/users/${path}`,
        `/auth/sessions?cursor=${path}`,
        `/auth/sessions?limit=${path}`,
        `/users?q=${path}`,
      ]) {
        expect((await user.get(url)).status, url).toBeLessThan(500);
      }
    }
    for (const limit of ["0", "101", "-1", "1e1", "0x10", "%20", "", "2147483648", "5&limit=6"]) {
      expect((await user.get(`/auth/sessions?limit=${limit}`)).status, limit).toBe(422);
    }
  });

  it("says that a body is not valid JSON", async () => {
    const headers = { "Content-Type": "application/json" };
    const answer = await (await aUser()).post("/items", undefined, { body: '{"title": "t",}', headers });
    expect([answer.status, answer.body.detail]).toStrictEqual([400, "The body is not valid JSON."]);
  });

  it("not at depth 100,000", async () => {
    const deep = `{"full_name":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    const headers = { "Content-Type": "application/json" };
    expect((await user.patch("/users/me", undefined, { headers, body: deep })).status).toBe(422);
    expect((await user.patch("/users/me", undefined, { headers, body: deep.slice(13, -1) })).status).toBe(422);
  });

  it("treats __proto__ as a field like any other", async () => {
    const headers = { "Content-Type": "application/json" };
    const answer = await user.patch("/users/me", undefined, { headers, body: '{"full_name":"t","__proto__":{"a":1}}' });
    expect(answer.status).toBe(422);
  });
});

describe("an unknown exception", () => {
  const boom = endpoint(
    {
      method: "get",
      path: "/boom",
      operationId: "boom",
      tags: ["operations"],
      summary: "Fail",
      description: "Fails.",
      access: "public",
      responses: { 200: json(Health, "Never") },
    },
    () => {
      throw new Error("the password is hunter2");
    },
  );
  const { get, logs } = serve({ mayFail: true, endpoints: [boom] });

  it("says nothing to the client and everything to the log", async () => {
    const answer = await get("/boom");
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/hunter2|stack|at /);
    expect(answer.body.code).toBe("internal");
    const [line] = logs;
    expect(line).toMatchObject({ level: "error", status: 500, code: "internal", request_id: answer.body.request_id });
    expect(JSON.stringify(line)).toContain("hunter2");
  });
});

describe("every response", () => {
  it("carries the caller's request id when it is a plain one", async () => {
    const given = (id: string) => api.get("/health", { headers: { "X-Request-Id": id } });
    expect((await given("abc-123")).headers.get("X-Request-Id")).toBe("abc-123");
    for (const bad of ["a b", "a".repeat(65), 'x"y', "<script>"]) {
      expect((await given(bad)).headers.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it("promise 19: is never stored by an intermediary", async () => {
    expect((await user.get("/users/me")).headers.get("Cache-Control")).toBe("no-store");
    expect((await api.get("/users/me")).headers.get("Cache-Control")).toBe("no-store");
  });

  it("has security headers, on errors too", async () => {
    for (const path of ["/health", "/users/me", "/nowhere"]) {
      const { headers } = await api.get(path);
      expect(headers.get("Content-Security-Policy")).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(headers.get("Strict-Transport-Security")).toMatch(/max-age=\d{8}/);
      expect(headers.get("X-Frame-Options")).toBe("DENY");
      expect(headers.get("Referrer-Policy")).toBe("no-referrer");
      expect(headers.get("Cross-Origin-Resource-Policy")).toBe("cross-origin");
    }
  });

  it("leaves one line in the log, with the path's pattern and no values", async () => {
    const { get, logs } = serve({ mayFail: true });
    await get(`/users/${user.id}`, { token: user.token });
    await get(`/users/${user.id}?secret=1`, { token: user.token });
    await get("/docs?secret=1");
    expect(logs.map(({ status }) => status)).toStrictEqual([200, 422, 200]);
    expect(logs[0]).toMatchObject({
      level: "info",
      message: "request",
      method: "GET",
      route: "/api/v1/users/{id}",
      operation_id: "readUser",
      status: 200,
      db_round_trips: 1,
      user_id: user.id,
    });
    expect(JSON.stringify(logs)).not.toMatch(/secret|Bearer|eyJ/);
  });
});

describe("promise 17: CORS", () => {
  const origin = "https://app.example.com";
  const preflight = (from: string, headers = "authorization,x-evil") =>
    api.call("OPTIONS", "/users/me", {
      headers: { Origin: from, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": headers },
    });

  it("tells Allow to a listed page, too, whose OPTIONS is no preflight", async () => {
    const { status, headers } = await api.call("OPTIONS", "/users", { headers: { Origin: origin } });
    expect([status, headers.get("Allow")]).toStrictEqual([204, "POST, GET, HEAD, OPTIONS"]);
    expect(headers.has("Access-Control-Allow-Methods")).toBe(false);
  });

  it("lets a listed origin in, and reflects no header", async () => {
    const { status, headers } = await preflight(origin);
    expect(status).toBe(204);
    expect(headers.get("Access-Control-Allow-Origin")).toBe(origin);
    expect(headers.get("Access-Control-Allow-Headers")).not.toContain("evil");
    expect(headers.get("Access-Control-Allow-Headers")).toContain("Authorization");
    expect(headers.get("Vary")).toContain("Origin");
  });

  it.each([
    "https://evil.example",
    "https://app.example.com.evil.example",
    "null",
    "http://app.example.com",
    `${origin}:444`,
  ])("tells %s nothing", async (from) => {
    const asked = await preflight(from);
    const got = await user.get("/users/me", { headers: { Origin: from } });
    for (const { headers } of [asked, got]) {
      expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toStrictEqual([]);
      expect(headers.get("Vary")).toContain("Origin");
    }
  });

  it("lets a page use every method and every header of the contracts, and those of tracing, for ten minutes", async () => {
    const own = ["Authorization", "Content-Type", "X-Request-Id"];
    const tracing = ["traceparent", "tracestate", "baggage", "sentry-trace", "X-Requested-With"];
    for (const { route } of endpoints) {
      const { parameters = [] }: Endpoint["route"] = route;
      const declared = parameters.flatMap((one) => ("in" in one && one.in === "header" ? [one.name] : []));
      const path = route.path.replaceAll(/\{.+?\}/g, crypto.randomUUID());
      const asked = [...own, ...declared, ...tracing];
      const answer = await api.call("OPTIONS", path, {
        headers: {
          Origin: origin,
          "Access-Control-Request-Method": route.method.toUpperCase(),
          "Access-Control-Request-Headers": asked.join(",").toLowerCase(),
        },
      });
      const list = (name: string) => answer.headers.get(`Access-Control-Allow-${name}`)?.split(/, ?/) ?? [];
      expect(answer.status).toBe(204);
      expect(list("Methods")).toContain(route.method.toUpperCase());
      expect(list("Headers")).toEqual(expect.arrayContaining(asked));
      expect(answer.headers.get("Access-Control-Allow-Credentials")).toBe("true");
      expect(answer.headers.get("Access-Control-Max-Age")).toBe("600");
    }
    const declared = (await preflight(origin)).headers.get("Access-Control-Allow-Headers");
    for (const name of ["If-Match", "If-None-Match"]) expect(declared).toContain(name);
  });

  it("lets a page send the headers in ALLOWED_HEADERS instead", async () => {
    const own = serve({ bindings: { ...bindings, ALLOWED_HEADERS: "x-datadog-trace-id" } });
    const { headers } = await own.call("OPTIONS", "/users/me", {
      headers: { Origin: origin, "Access-Control-Request-Method": "PATCH" },
    });
    expect(headers.get("Access-Control-Allow-Headers")).toContain("x-datadog-trace-id");
    expect(headers.get("Access-Control-Allow-Headers")).not.toContain("traceparent");
  });

  it("has the same headers on errors as on success", async () => {
    const { token } = user;
    const cors = async (path: string, init = {}) => {
      const { headers } = await api.get(path, { ...init, headers: { Origin: origin } });
      return [...headers].filter(([name]) => name.startsWith("access-control"));
    };
    const success = await cors("/users/me", { token });
    expect(Object.fromEntries(success)).toMatchObject({ "access-control-allow-origin": origin });
    expect(await cors("/users/me")).toStrictEqual(success);
    expect(await cors("/nowhere")).toStrictEqual(success);
    expect(await cors("/auth/sessions?limit=0", { token })).toStrictEqual(success);
  });
});

describe("promise 22: wrong settings", () => {
  const wrong = {
    ...bindings,
    SECRET_KEY: "short-secret-value",
    DATABASE_URL: "",
    ALLOWED_ORIGINS: "https://a.example/path",
  };
  const { get, post, logs } = serve({ mayFail: true, bindings: wrong });

  it("leave only liveness, and the log names the setting but not its value", async () => {
    expect((await get("/health")).status).toBe(200);
    for (const answer of [
      await get("/health/ready"),
      await get("/users/me"),
      await get("/openapi.json"),
      await post("/users"),
    ]) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("Retry-After")).toBe("60");
      expect(answer.body.code).toBe("misconfigured");
      expect(answer.text).not.toMatch(/SECRET_KEY|DATABASE/);
    }
    const text = JSON.stringify(logs);
    expect(text).toContain("SECRET_KEY must hold at least 32 random bytes");
    expect(text).toContain("DATABASE_URL is missing");
    expect(text).toContain("ALLOWED_ORIGINS");
    expect(text).not.toMatch(/short-secret-value|a\.example/);
  });
});

describe("an error", () => {
  it("tells the caller its own sentence, never its cause", () => {
    const error = new ApiError("not_found", { cause: new Error("inner") });
    expect(error.detail).toBe("Not found.");
    expect(JSON.stringify(error)).not.toContain("inner");
  });
});
