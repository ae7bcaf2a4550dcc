import type { Calls } from "../../calls.ts";
import { api, aUser, quickHash, serveWithMailbox, unique } from "../../harness.ts";

const password = "correct horse battery";
const password_hash = quickHash(password);
const mailing = serveWithMailbox();
const credentials = async (values = {}) => {
  const { username } = await aUser({ password_hash, ...values });
  return { username, password };
};

export const calls: Calls = {
  login: async () => ({ path: "/auth/login", json: await credentials() }),
  restoreAccount: async () => ({
    path: "/auth/restore",
    json: await credentials({ deleted_at: new Date().toISOString() }),
  }),
  refreshTokens: async () => {
    const { refresh_token } = (await api.post("/auth/login", { json: await credentials() })).body;
    return { path: "/auth/refresh", json: { refresh_token } };
  },
  resumeSession: async () => {
    const { refresh_token } = (await api.post("/auth/login", { json: await credentials() })).body;
    return { path: "/auth/resume", json: { refresh_token } };
  },
  revokeToken: async () => ({ path: "/auth/revoke", json: { token: (await aUser()).token } }),
  logout: async () => ({ path: "/auth/logout", token: (await aUser()).token, json: {} }),
  listSessions: async () => {
    const json = await credentials();
    const answers = [await api.post("/auth/login", { json }), await api.post("/auth/login", { json })];
    return { path: "/auth/sessions", token: answers[1]?.body.access_token };
  },
  endSession: async () => {
    const { sessionId, token } = await aUser();
    return { path: `/auth/sessions/${sessionId}`, token };
  },
  endOtherSessions: async () => ({ path: "/auth/sessions", token: (await aUser()).token }),
  verifyEmail: async () => {
    const { email } = await aUser();
    await mailing.post("/auth/email/verify/resend", { json: { email } });
    return { path: "/auth/email/verify", json: { token: mailing.tokenFor(email) } };
  },
  resendVerification: async () => ({ path: "/auth/email/verify/resend", json: { email: (await aUser()).email } }),
  confirmEmail: async () => {
    const [{ token }, email] = [await aUser({ password_hash }), `${unique()}@example.com`];
    await mailing.post("/users/me/email", { token, json: { email, current_password: password } });
    return { path: "/auth/email/confirm", json: { token: mailing.tokenFor(email) } };
  },
  forgotPassword: async () => ({ path: "/auth/password/forgot", json: { email: (await aUser()).email } }),
  resetPassword: async () => {
    const { email } = await aUser();
    await mailing.post("/auth/password/forgot", { json: { email } });
    return { path: "/auth/password/reset", json: { token: mailing.tokenFor(email), password: "a new password" } };
  },
  jwks: async () => ({ path: "/.well-known/jwks.json" }),
  oauthMetadata: async () => ({ path: "/.well-known/oauth-authorization-server" }),
};
