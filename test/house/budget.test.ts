import { describe, expect, it } from "vitest";
import { endpoints } from "../../src/routes/index.ts";
import { hashPassword } from "../../src/security/passwords.ts";
import { type Answer, api, aUser, exampleBody, serveWithMailbox, unique } from "../harness.ts";

const password = "correct horse battery";
const password_hash = await hashPassword(password);
const user = () => aUser({ password_hash });
const anItem = async (token: string): Promise<string> =>
  (await api.post("/items", { token, json: { title: "t" } })).body.id;

const aPublicItem = async (): Promise<string> =>
  (await api.post("/items", { token: (await user()).token, json: { title: "t", is_public: true } })).body.id;

const mailing = serveWithMailbox();

/** One call of each endpoint that succeeds. */
const calls: Record<string, () => Promise<Answer>> = {
  login: async () => api.post("/auth/login", { json: { username: (await user()).username, password } }),
  restoreAccount: async () => {
    const { username } = await aUser({ password_hash, deleted_at: new Date().toISOString() });
    return api.post("/auth/restore", { json: { username, password } });
  },
  refreshTokens: async () => {
    const { body } = await api.post("/auth/login", { json: { username: (await user()).username, password } });
    return api.post("/auth/refresh", { json: { refresh_token: body.refresh_token } });
  },
  revokeToken: async () => api.post("/auth/revoke", { json: { token: (await user()).token } }),
  logout: async () => api.post("/auth/logout", { token: (await user()).token, json: {} }),
  listSessionsPage: async () => api.get("/auth/sessions", { token: (await user()).token }),
  endSession: async () => {
    const { sessionId, token } = await user();
    return api.delete(`/auth/sessions/${sessionId}`, { token });
  },
  endOtherSessions: async () => api.delete("/auth/sessions", { token: (await user()).token }),
  verifyEmail: async () => {
    const { email } = await user();
    await mailing.post("/auth/email/verify/resend", { json: { email } });
    return mailing.post("/auth/email/verify", { json: { token: mailing.tokenFor(email) } });
  },
  resendVerification: async () => api.post("/auth/email/verify/resend", { json: { email: (await user()).email } }),
  confirmEmail: async () => {
    const [{ token }, email] = [await user(), `${unique()}@example.com`];
    await mailing.post("/users/me/email", { token, json: { email, current_password: password } });
    return mailing.post("/auth/email/confirm", { json: { token: mailing.tokenFor(email) } });
  },
  forgotPassword: async () => api.post("/auth/password/forgot", { json: { email: (await user()).email } }),
  resetPassword: async () => {
    const { email } = await user();
    await mailing.post("/auth/password/forgot", { json: { email } });
    return mailing.post("/auth/password/reset", {
      json: { token: mailing.tokenFor(email), password: "a new password" },
    });
  },
  changeMyPassword: async () =>
    api.put("/users/me/password", {
      token: (await user()).token,
      json: { current_password: password, password: "a new password" },
    }),
  changeMyEmail: async () =>
    api.post("/users/me/email", {
      token: (await user()).token,
      json: { email: `${unique()}@example.com`, current_password: password },
    }),
  createUser: () => {
    const username = unique();
    return api.post("/users", { json: { username, email: `${username}@example.com`, password } });
  },
  listUsersPage: async () => api.get("/users", { token: (await aUser({ role: "admin" })).token }),
  readMe: async () => api.get("/users/me", { token: (await user()).token }),
  changeMe: async () => api.patch("/users/me", { token: (await user()).token, json: { full_name: "New" } }),
  removeMe: async () =>
    api.post("/users/me/deletion", { token: (await user()).token, json: { current_password: password } }),
  readUser: async () => {
    const { id, token } = await user();
    return api.get(`/users/${id}`, { token });
  },
  changeUserById: async () => {
    const [admin, { id }] = [await aUser({ role: "admin" }), await user()];
    return api.patch(`/users/${id}`, { token: admin.token, json: { role: "admin" } });
  },
  removeUser: async () => {
    const [admin, { id }] = [await aUser({ role: "admin" }), await user()];
    return api.delete(`/users/${id}`, { token: admin.token });
  },
  restoreUserById: async () => {
    const [admin, { id }] = [await aUser({ role: "admin" }), await aUser({ deleted_at: new Date().toISOString() })];
    return api.post(`/users/${id}/restore`, { token: admin.token });
  },
  endUserSessions: async () => {
    const [admin, { id }] = [await aUser({ role: "admin" }), await user()];
    return api.delete(`/users/${id}/sessions`, { token: admin.token });
  },
  exportMe: async () => api.get("/users/me/export", { token: (await user()).token }),
  listMyAuditEventsPage: async () => api.get("/users/me/audit-events", { token: (await user()).token }),
  listAuditEventsPage: async () => api.get("/audit-events", { token: (await aUser({ role: "admin" })).token }),
  listPublicItemsPage: async () => {
    // The first page is asked for anew after that.
    await aPublicItem();
    return api.get("/public/items");
  },
  readPublicItem: async () => api.get(`/public/items/${await aPublicItem()}`),
  createItem: async () => api.post("/items", { token: (await user()).token, json: { title: "t" } }),
  batchItems: async () => {
    const { token } = await user();
    const id = await anItem(token);
    const item = { title: "t" };
    return api.post("/items/batch", {
      token,
      json: {
        operations: [
          { op: "create", item },
          { op: "update", id, item },
        ],
      },
    });
  },
  listItemsPage: async () => {
    const { token } = await user();
    for (let i = 0; i < 3; i++) await anItem(token);
    return api.get("/items?include=owner,total", { token });
  },
  exportItems: async () => api.get("/items/export", { token: (await user()).token }),
  readItem: async () => {
    const { token } = await user();
    return api.get(`/items/${await anItem(token)}?include=owner`, { token });
  },
  changeItem: async () => {
    const { token } = await user();
    return api.patch(`/items/${await anItem(token)}`, { token, json: { title: "u" } });
  },
  removeItem: async () => {
    const { token } = await user();
    return api.delete(`/items/${await anItem(token)}`, { token });
  },
  jwks: () => api.get("/.well-known/jwks.json"),
  restoreItem: async () => {
    const { token } = await user();
    const id = await anItem(token);
    await api.delete(`/items/${id}`, { token });
    return api.post(`/items/${id}/restore`, { token });
  },
  health: () => api.get("/health"),
  ready: () => api.get("/health/ready"),
  openapi: () => api.get("/openapi.json"),
  docs: () => api.get("/docs"),
};

/**
 * An endpoint without a call above is called by what its contract says: with an item of the caller's as its id, and
 * with the document's examples as its body.
 */
async function callByContract({ policy, route }: (typeof endpoints)[number]): Promise<Answer> {
  const { token } = await aUser({ role: policy.access === "admin" ? "admin" : "user" });
  const path = route.path.replaceAll(/\{.+?\}/g, await anItem(token));
  return api.call(route.method.toUpperCase(), path, { token, json: await exampleBody({ route }) });
}

describe("promise 26: an endpoint spends the round trips that it declares", () => {
  it.each(endpoints.filter(({ policy }) => calls[policy.operationId]).map(({ policy }) => policy))(
    "$operationId: $roundTrips",
    async ({ operationId, roundTrips }) => {
      const answer = await calls[operationId]?.();
      expect(answer?.status).toBeLessThan(300);
      expect(answer?.roundTrips).toBe(roundTrips);
    },
  );

  it("and one that has no call of its own here spends no more, called by what its contract says", async () => {
    for (const endpoint of endpoints.filter(({ policy }) => !calls[policy.operationId])) {
      const { operationId, roundTrips: declared } = endpoint.policy;
      const { status, roundTrips } = await callByContract(endpoint);
      expect(status, operationId).toBeLessThan(500);
      expect(roundTrips, operationId).toBeLessThanOrEqual(declared);
      if (status < 300) expect(roundTrips, operationId).toBe(declared);
    }
    // The way itself is tried on an endpoint that has a call, too.
    const [readItem] = endpoints.filter(({ policy }) => policy.operationId === "readItem");
    if (readItem) expect((await callByContract(readItem)).status).toBe(200);
  });
});
