import {
  customFetch,
  genericTokenEndpointRequest,
  None,
  processGenericTokenEndpointResponse,
  processRefreshTokenResponse,
  ResponseBodyError,
  refreshTokenGrantRequest,
} from "oauth4webapi";
import { describe, expect, it } from "vitest";
import { hashPassword } from "../../src/security/passwords.ts";
import { api, aUser } from "../harness.ts";

const password = "correct horse battery";
const server = (path: string) => ({
  issuer: "https://api.example.com",
  token_endpoint: `https://api.example.com/api/v1${path}`,
});
const client = { client_id: "web" };
const options = { [customFetch]: (url: string, init: RequestInit) => api.fetch(new Request(url, init)) };

describe("a standard OAuth2 client", () => {
  it("signs in by the password grant, and refreshes", async () => {
    const { username, id } = await aUser({ password_hash: await hashPassword(password) });
    const login = server("/auth/login");
    const form = new URLSearchParams({ username, password });
    const answer = await genericTokenEndpointRequest(login, client, None(), "password", form, options);
    const tokens = await processGenericTokenEndpointResponse(login, client, answer);
    expect(tokens.expires_in).toBe(900);

    const refresh = server("/auth/refresh");
    const { refresh_token = "" } = tokens;
    const next = await refreshTokenGrantRequest(refresh, client, None(), refresh_token, options);
    const fresh = await processRefreshTokenResponse(refresh, client, next);
    expect((await api.get("/users/me", { token: fresh.access_token })).body.id).toBe(id);
  });

  it("understands why it was refused", async () => {
    const login = server("/auth/login");
    const form = new URLSearchParams({ username: "nobody", password });
    const answer = await genericTokenEndpointRequest(login, client, None(), "password", form, options);
    const refused = await processGenericTokenEndpointResponse(login, client, answer).catch((error) => error);
    expect(refused).toBeInstanceOf(ResponseBodyError);
    expect(refused).toMatchObject({ error: "invalid_grant", status: 400 });
    expect(refused.error_description).toBe("Incorrect username or password.");
  });
});
