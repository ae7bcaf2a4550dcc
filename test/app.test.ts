import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { endpoint, json } from "../src/endpoint/endpoint.ts";
import { login } from "../src/routes/auth/login.ts";
import { openapi } from "../src/routes/docs/openapi.ts";
import { health } from "../src/routes/health/live.ts";
import { createItem } from "../src/routes/items/create.ts";
import { readItem } from "../src/routes/items/read.ts";
import { Health } from "../src/schemas/health.ts";
import { hashPassword } from "../src/security/passwords.ts";
import { aUser, serve } from "./harness.ts";

describe("createApp", () => {
  it("makes an app of any subset of the list, with a document of just that", async () => {
    const part = serve({ endpoints: [health, readItem, openapi] });
    expect((await part.get("/health")).status).toBe(200);
    expect((await part.get("/items/019abc12-3456-7def-8abc-1234567890ab")).status).toBe(401);
    expect((await part.post("/auth/login")).status).toBe(404);
    expect((await part.post("/items/019abc12-3456-7def-8abc-1234567890ab")).headers.get("Allow")).toBe(
      "GET, HEAD, OPTIONS",
    );
    const { body } = await part.get("/openapi.json");
    expect(Object.keys(body.paths)).toStrictEqual(["/health", "/api/v1/items/{id}", "/api/v1/openapi.json"]);
  });

  it("takes other dependencies, as FastAPI's dependency_overrides", async () => {
    const then = new Date("2030-01-01T00:00:00Z");
    const user = await aUser({ password_hash: await hashPassword("a good password") });
    const future = serve({ endpoints: [login, createItem], deps: { now: () => then } });
    const credentials = { username: user.username, password: "a good password" };
    const { access_token } = (await future.post("/auth/login", { json: credentials })).body;
    expect(decodeJwt(access_token).iat).toBe(then.getTime() / 1000);
    expect((await future.post("/items", { token: access_token, json: { title: "From 2030" } })).status).toBe(201);
    expect((await future.post("/items", { token: user.token, json: { title: "Expired" } })).status).toBe(401);
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
