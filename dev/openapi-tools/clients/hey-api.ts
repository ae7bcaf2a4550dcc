import { createClient } from "../hey-api/client/index.ts";
import { createItem, createUser, deleteItem, listItems, login, updateItem } from "../hey-api/sdk.gen.ts";
import type { Client } from "./client.ts";

export function heyApi(baseUrl: string): Client {
  const client = createClient({ baseUrl });
  const options = { client, throwOnError: true } as const;
  return {
    signUp: async (body) => (await createUser({ ...options, body })).data,
    async signIn(body) {
      const { data } = await login({ ...options, body });
      client.setConfig({ auth: data.access_token });
      return data.access_token;
    },
    create: async (title) => (await createItem({ ...options, body: { title } })).data,
    list: async () => (await listItems({ ...options, query: { include: ["owner", "total"] } })).data,
    async update({ id, etag }, title) {
      const sent = { path: { id }, headers: { "If-Match": etag }, body: { title } };
      const { data, error } = await updateItem({ client, ...sent });
      if (error?.code === "precondition_failed") return { refused: error.code };
      if (!data) throw new Error(error?.code);
      return data;
    },
    async remove({ id, etag }) {
      await deleteItem({ ...options, path: { id }, headers: { "If-Match": etag } });
    },
  };
}
