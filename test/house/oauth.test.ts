import { OAuth2Client } from "@badgateway/oauth2-client";
import {
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  discoveryRequest,
  genericTokenEndpointRequest,
  None,
  processDiscoveryResponse,
  processGenericTokenEndpointResponse,
  processRefreshTokenResponse,
  processRevocationResponse,
  ResponseBodyError,
  refreshTokenGrantRequest,
  revocationRequest,
} from "oauth4webapi";
import {
  discovery,
  genericGrantRequest,
  ClientSecretBasic as openidBasic,
  refreshTokenGrant,
  tokenRevocation,
} from "openid-client";
import OAuth2Strategy from "passport-oauth2";
import { ResourceOwnerPassword } from "simple-oauth2";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { api, aUser, bindings, quickHash, serve } from "../harness.ts";

const password = "correct horse battery";
const password_hash = quickHash(password);
const server = "https://api.example.com";
const [tokenPath, revokePath] = ["/api/v1/auth/login", "/api/v1/auth/revoke"];

/** Calls of the server reach the app: the libraries that have no `fetch` of their own to set use the global one. */
const world = globalThis.fetch;
const fetch = (input: RequestInfo | URL, init: object = {}) => {
  const request = new Request(input, init);
  return new URL(request.url).origin === server ? api.fetch(request) : world(request);
};
beforeAll(() => void vi.stubGlobal("fetch", fetch));
afterAll(() => void vi.unstubAllGlobals());

type Tokens = { access: unknown; refresh: unknown };
/** Signs in, refreshes at the same server, and revokes. */
type Run = (username: string) => Promise<{ first: Tokens; second: Tokens; revoke: () => Promise<unknown> }>;

function oauth4webapi(auth: ClientAuth): Run {
  return async (username) => {
    const client: Client = { client_id: "web" };
    const options = { [customFetch]: fetch };
    const issuer = new URL(server);
    const metadata = await discoveryRequest(issuer, { ...options, algorithm: "oauth2" });
    const as = await processDiscoveryResponse(issuer, metadata);
    const form = new URLSearchParams({ username, password });
    const answer = await genericTokenEndpointRequest(as, client, auth, "password", form, options);
    const first = await processGenericTokenEndpointResponse(as, client, answer);
    const next = await refreshTokenGrantRequest(as, client, auth, first.refresh_token ?? "", options);
    const second = await processRefreshTokenResponse(as, client, next);
    const revoke = async () => {
      const revoked = await revocationRequest(as, client, auth, second.refresh_token ?? "", options);
      return processRevocationResponse(revoked);
    };
    return { first: named(first), second: named(second), revoke };
  };
}

function openidClient(secret: string | undefined, auth?: ClientAuth): Run {
  return async (username) => {
    const config = await discovery(new URL(server), "web", secret, auth, { algorithm: "oauth2", [customFetch]: fetch });
    const first = await genericGrantRequest(config, "password", { username, password, scope: "api" });
    const second = await refreshTokenGrant(config, first.refresh_token ?? "");
    return { first: named(first), second: named(second), revoke: () => tokenRevocation(config, second.access_token) };
  };
}

function badgateway(clientSecret?: string): Run {
  return async (username) => {
    const secret = clientSecret === undefined ? {} : { clientSecret };
    const client = new OAuth2Client({ server, clientId: "web", ...secret, fetch });
    const first = await client.password({ username, password, resource: ["https://a.example", "https://b.example"] });
    const second = await client.refreshToken(first);
    const [a, b] = [first, second].map(({ accessToken, refreshToken }) => ({
      access: accessToken,
      refresh: refreshToken,
    }));
    return { first: a, second: b, revoke: () => client.revoke(second) } as Awaited<ReturnType<Run>>;
  };
}

const simpleOAuth2: Run = async (username) => {
  const client = new ResourceOwnerPassword({
    client: { id: "web", secret: "a secret" },
    auth: { tokenHost: server, tokenPath, revokePath },
  });
  const first = await client.getToken({ username, password, scope: "items" });
  const second = await first.refresh();
  return { first: named(first.token), second: named(second.token), revoke: () => second.revokeAll() };
};

/**
 * Its own flow is the authorization code, which first-party sign-in has no use for. Its client is what a subclass has:
 * it sends an empty `code` with each grant that is not that one, and cannot revoke.
 */
class Strategy extends OAuth2Strategy {
  constructor() {
    super(
      { authorizationURL: server, tokenURL: server + tokenPath, clientID: "web", clientSecret: "a secret" },
      () => {},
    );
  }

  ask(code: string, params: object): Promise<Tokens> {
    return new Promise((resolve, reject) => {
      this._oauth2.getOAuthAccessToken(code, params, (error, access, refresh) => {
        if (error) reject(error);
        else resolve({ access, refresh });
      });
    });
  }
}

const passportOAuth2: Run = async (username) => {
  const strategy = new Strategy();
  const first = await strategy.ask("", { grant_type: "password", username, password });
  const second = await strategy.ask(String(first.refresh), { grant_type: "refresh_token" });
  const form = { token: String(second.access), token_type_hint: "access_token" };
  return { first, second, revoke: () => api.post("/auth/revoke", { form }) };
};

function named(tokens: Record<string, unknown>): Tokens {
  return { access: tokens.access_token, refresh: tokens.refresh_token };
}

const works = async ({ access }: Tokens) => (await api.get("/users/me", { token: String(access) })).status === 200;

describe("a client of OAuth2 that knows one server", () => {
  it.each<[string, Run]>([
    ["oauth4webapi", oauth4webapi(None())],
    ["oauth4webapi with a secret in the header", oauth4webapi(ClientSecretBasic("a secret"))],
    ["oauth4webapi with a secret in the form", oauth4webapi(ClientSecretPost("a secret"))],
    ["openid-client", openidClient("a secret")],
    ["openid-client with a secret in the header", openidClient(undefined, openidBasic("a secret"))],
    ["@badgateway/oauth2-client", badgateway()],
    ["@badgateway/oauth2-client with a secret", badgateway("a secret")],
    ["simple-oauth2", simpleOAuth2],
    ["passport-oauth2", passportOAuth2],
  ])("%s signs in, refreshes and revokes", async (_name, run) => {
    const { username } = await aUser({ password_hash });
    const { first, second, revoke } = await run(username);
    expect(second.refresh).not.toBe(first.refresh);
    expect([await works(first), await works(second)]).toStrictEqual([true, true]);
    await revoke();
    expect([await works(first), await works(second)]).toStrictEqual([false, false]);
  });

  it("understands why it was refused", async () => {
    const as = { issuer: server, token_endpoint: server + tokenPath };
    const options = { [customFetch]: fetch };
    const [client, form] = [{ client_id: "web" }, new URLSearchParams({ username: "nobody", password })];
    const answer = await genericTokenEndpointRequest(as, client, None(), "password", form, options);
    const refused = await processGenericTokenEndpointResponse(as, client, answer).catch((error) => error);
    expect(refused).toBeInstanceOf(ResponseBodyError);
    expect(refused).toMatchObject({ error: "invalid_grant", status: 400 });
    expect(refused.error_description).toBe("Incorrect username or password.");
  });
});

describe("the token endpoint, by RFC 6749", async () => {
  const { username } = await aUser({ password_hash });
  const form = { grant_type: "password", username, password };
  const ask = (fields: Record<string, string>, path = "/auth/login") => api.post(path, { form: fields });

  it("3.2: ignores parameters that it does not know, and takes those without a value as omitted", async () => {
    const strange = { resource: "https://x.example", audience: "", code: "", scope: "", refresh_token: "", nonce: "n" };
    for (const path of ["/auth/login", "/auth/restore"]) {
      const answer = await ask({ ...form, ...strange }, path);
      expect(answer.status).toBe(200);
      const again = await ask({ grant_type: "refresh_token", ...strange, refresh_token: answer.body.refresh_token });
      expect(again.status).toBe(200);
      const last = { refresh_token: again.body.refresh_token, grant_type: "", audience: "x" };
      expect((await ask(last, "/auth/refresh")).status).toBe(200);
    }
    const missing = await ask({ ...form, password: "" });
    expect(missing.body.errors).toStrictEqual([{ loc: ["body", "password"], msg: "Field required", type: "missing" }]);
  });

  it("3.2: takes no parameter twice", async () => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    for (const name of ["grant_type", "username", "password", "scope"]) {
      const body = `${new URLSearchParams({ scope: "api", ...form })}&${name}=x`;
      const answer = await api.post("/auth/login", { body, headers });
      expect([answer.status, answer.body.error], name).toStrictEqual([400, "invalid_request"]);
    }
  });

  it("4.3 and 6: takes both grants, and no other", async () => {
    for (const [path, grant] of [
      ["/auth/login", "client_credentials"],
      ["/auth/login", "authorization_code"],
      ["/auth/refresh", "password"],
      ["/auth/restore", "refresh_token"],
    ] as const) {
      const answer = await ask({ ...form, refresh_token: "x", grant_type: grant }, path);
      expect([answer.status, answer.body.error], `${path} ${grant}`).toStrictEqual([400, "unsupported_grant_type"]);
    }
    const bad = await ask({ grant_type: "refresh_token", refresh_token: "x" });
    expect(bad.body).toMatchObject({ error: "invalid_grant", code: "invalid_refresh_token" });
  });

  it("5.1: answers the scope that it grants where one was asked for, and lets nobody store it", async () => {
    const plain = await ask(form);
    expect(plain.body.scope).toBeUndefined();
    const scoped = await ask({ ...form, scope: "items:read admin" });
    expect(scoped.body.scope).toBe("api");
    const { refresh_token } = scoped.body;
    const next = await ask({ grant_type: "refresh_token", refresh_token, scope: "items:read" });
    expect(next.body.scope).toBe("api");
    for (const { headers } of [plain, scoped, next]) {
      expect([headers.get("Cache-Control"), headers.get("Pragma")]).toStrictEqual(["no-store", "no-cache"]);
    }
  });

  it("5.2: answers 400 to a request that is not valid, whatever is missing", async () => {
    for (const [path, fields] of [
      ["/auth/login", {}],
      ["/auth/login", { username }],
      ["/auth/login", { ...form, username: "x".repeat(255) }],
      ["/auth/login", { ...form, token_delivery: "pigeon" }],
      ["/auth/restore", { grant_type: "password" }],
      ["/auth/revoke", { token: "" }],
    ] as const) {
      const { status, body } = await ask(fields, path);
      expect([status, body.error, body.code], path).toStrictEqual([400, "invalid_request", "invalid_request"]);
      expect(body.error_description).toBe(body.detail);
    }
  });

  it("JSON has the same fields, and no others", async () => {
    const { status, body } = await api.post("/auth/login", { json: { username, password, resource: "x" } });
    expect([status, body.error]).toStrictEqual([400, "invalid_request"]);
    expect(body.errors).toMatchObject([{ loc: ["body", "resource"], type: "extra_forbidden" }]);
    const json = { username, password, grant_type: "password", scope: "", client_id: "web", client_secret: "s" };
    expect((await api.post("/auth/login", { json })).status).toBe(200);
  });
});

describe("POST /auth/revoke, by RFC 7009", () => {
  const signIn = async () => {
    const { username } = await aUser({ password_hash });
    return (await api.post("/auth/login", { json: { username, password } })).body;
  };

  it.each(["access_token", "refresh_token"] as const)("ends the session by its %s", async (kind) => {
    const tokens = await signIn();
    for (const hint of ["refresh_token", "nonsense"]) {
      const { status, body } = await api.post("/auth/revoke", { form: { token: tokens[kind], token_type_hint: hint } });
      expect([status, body]).toStrictEqual([200, {}]);
    }
    expect(await works(named(tokens))).toBe(false);
    expect((await api.post("/auth/refresh", { json: { refresh_token: tokens.refresh_token } })).status).toBe(400);
  });

  it("2.2: is no error for a token that we never issued, and asks no database", async () => {
    const { access_token, refresh_token } = await signIn();
    for (const token of ["x", access_token.slice(0, -1), `${refresh_token}A`, "\0"]) {
      const answer = await api.post("/auth/revoke", { form: { token } });
      expect([answer.status, answer.roundTrips]).toStrictEqual([200, 0]);
    }
    expect(await works({ access: access_token, refresh: refresh_token })).toBe(true);
  });
});

describe("GET /.well-known/oauth-authorization-server", () => {
  it("is this origin's, or that of JWT_ISSUER where it is a URL", async () => {
    const { body, headers, roundTrips } = await api.get("/.well-known/oauth-authorization-server");
    expect(body).toMatchObject({ issuer: server, token_endpoint: server + tokenPath });
    expect([headers.get("Cache-Control"), roundTrips]).toStrictEqual(["public, max-age=300", 0]);
    const named = serve({ bindings: { ...bindings, JWT_ISSUER: "https://login.example.com" } });
    const { issuer } = (await named.get("/.well-known/oauth-authorization-server")).body;
    expect(issuer).toBe("https://login.example.com");
  });
});
