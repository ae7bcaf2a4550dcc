import type { Calls } from "../../calls.ts";
import { aKey, aUser, unique } from "../../harness.ts";

/** A key, and its owner's token. */
const aKeyed = async () => {
  const { id: user_id, token } = await aUser();
  const { id } = await aKey({ user_id });
  return { path: `/api-keys/${id}`, token, user_id };
};

export const calls: Calls = {
  createApiKey: async () => ({
    path: "/api-keys",
    token: (await aUser()).token,
    json: { name: unique("key"), permissions: ["items:read"] },
  }),
  listApiKeys: async () => {
    const { token, user_id } = await aKeyed();
    await aKey({ user_id });
    return { path: "/api-keys", token };
  },
  readApiKey: async () => {
    const { path, token } = await aKeyed();
    return { path, token };
  },
  updateApiKey: async () => {
    const { path, token } = await aKeyed();
    return { path, token, json: { name: unique("key") } };
  },
  deleteApiKey: async () => {
    const { path, token } = await aKeyed();
    return { path, token };
  },
  rotateApiKeySecret: async () => {
    const { path, token } = await aKeyed();
    return { path: `${path}/rotate`, token, json: {} };
  },
};
