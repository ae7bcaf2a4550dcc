import type { Calls } from "../../calls.ts";
import { aUser, quickHash, unique } from "../../harness.ts";

const current_password = "correct horse battery";
const password_hash = quickHash(current_password);
const anAdmin = async () => (await aUser({ role: "admin" })).token;

export const calls: Calls = {
  createUser: async () => {
    const username = unique();
    return { path: "/users", json: { username, email: `${username}@example.com`, password: current_password } };
  },
  listUsers: async () => ({ path: "/users", token: await anAdmin() }),
  readMe: async () => ({ path: "/users/me", token: (await aUser()).token }),
  updateMe: async () => ({ path: "/users/me", token: (await aUser()).token, json: { full_name: "New" } }),
  deleteMe: async () => ({
    path: "/users/me/deletion",
    token: (await aUser({ password_hash })).token,
    json: { current_password },
  }),
  changeMyPassword: async () => ({
    path: "/users/me/password",
    token: (await aUser({ password_hash })).token,
    json: { current_password, password: "a new password" },
  }),
  changeMyEmail: async () => ({
    path: "/users/me/email",
    token: (await aUser({ password_hash })).token,
    json: { email: `${unique()}@example.com`, current_password },
  }),
  exportMe: async () => ({ path: "/users/me/export", token: (await aUser()).token }),
  readUser: async () => {
    const { id, token } = await aUser();
    return { path: `/users/${id}`, token };
  },
  updateUser: async () => ({
    path: `/users/${(await aUser()).id}`,
    token: await anAdmin(),
    json: { role: "admin" },
  }),
  deleteUser: async () => ({ path: `/users/${(await aUser()).id}`, token: await anAdmin() }),
  restoreUser: async () => {
    const { id } = await aUser({ deleted_at: new Date().toISOString() });
    return { path: `/users/${id}/restore`, token: await anAdmin() };
  },
  endUserSessions: async () => ({ path: `/users/${(await aUser()).id}/sessions`, token: await anAdmin() }),
};
