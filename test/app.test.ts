import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { endpoint, json } from "../src/endpoint/endpoint.ts";
import { login } from "../src/routes/auth/login.ts";
import { openapi } from "../src/routes/docs/openapi.ts";
import { health } from "../src/routes/health/live.ts";
import { readMe } from "../src/routes/users/read-me.ts";
import { updateMe } from "../src/routes/users/update-me.ts";
import { Health } from "../src/schemas/health.ts";
import { aUser, quickHash, serve } from "./harness.ts";

describe("createApp", () => {
  it("makes an app of any subset of the list, with a document of just that", async () => {
    const part = serve({ endpoints: [health, readMe, openapi] });
    expect((await part.get("/health")).status).toBe(200);
    expect((await part.get("/users/me")).status).toBe(401);
    expect((await part.post("/auth/login")).status).toBe(404);
    expect((await part.post("/users/me")).headers.get("Allow")).toBe("GET, HEAD, OPTIONS");
    const { body } = await part.get("/openapi.json");
    expect(Object.keys(body.paths)).toStrictEqual(["/health", "/api/v1/users/me", "/api/v1/openapi.json"]);
  });

  it("takes other dependencies, as FastAPI's dependency_overrides", async () => {
    const then = new Date("2030-01-01T00:00:00Z");
    const user = await aUser({ password_hash: quickHash("a good password") });
    const future = serve({ endpoints: [login, updateMe], deps: { now: () => then } });
    const credentials = { username: user.username, password: "a good password" };
    const { access_token } = (await future.post("/auth/login", { json: credentials })).body;
    expect(decodeJwt(access_token).iat).toBe(then.getTime() / 1000);
    expect((await future.patch("/users/me", { token: access_token, json: { full_name: "A" } })).status).toBe(200);
    expect((await future.as(user).patch("/users/me", { full_name: "A" })).status).toBe(401);
  });

  it("fails closed if an endpoint answers without asking the database about the caller", async () => {
    const careless = endpoint(
      {
        method: "get",
        path: "/careless",
        operationId: "careless",
        tags: ["operations"],
        summary: "Forget the guard",
        description: "Never calls run.",
        access: "user",
        responses: { 200: json(Health, "Never") },
      },
      (c) => c.json({ status: "ok" } as const, 200),
    );
    const { get } = serve({ mayFail: true, endpoints: [careless] });
    const user = await aUser();
    expect((await get("/careless", { token: user.token })).status).toBe(500);
  });
});
