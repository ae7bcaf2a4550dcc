import { createItem, createUser, deleteItem, listItems, login, updateItem } from "../orval/api.ts";
import type { Client } from "./client.ts";

/** Its functions have the address of the server since they were generated. */
export function orval(): Client {
  const json = { "Content-Type": "application/json" };
  let headers = {};
  return {
    async signUp(user) {
      const { status, data } = await createUser(user);
      if (status !== 201) throw new Error(data.code);
      return data;
    },
    async signIn(credentials) {
      // Of a body of two media types, it leaves the choice to its caller.
      const { status, data } = await login(credentials, {}, { headers: json });
      if (status !== 200) throw new Error(data.code);
      headers = { Authorization: `Bearer ${data.access_token}` };
      return data.access_token;
    },
    async create(title) {
      const { status, data } = await createItem({ title }, { headers });
      if (status !== 201) throw new Error(data.code);
      return data;
    },
    async list() {
      const { status, data } = await listItems({ include: ["owner", "total"] }, { headers });
      if (status !== 200) throw new Error(data.code);
      return data;
    },
    async update({ id, etag }, title) {
      const answer = await updateItem(id, { title }, { headers: { ...headers, "If-Match": etag } });
      if (answer.status === 412) return { refused: answer.data.code };
      if (answer.status !== 200) throw new Error(answer.data.code);
      return answer.data;
    },
    async remove({ id, etag }) {
      const { status, data } = await deleteItem(id, { headers: { ...headers, "If-Match": etag } });
      if (status !== 204) throw new Error(data.code);
    },
  };
}
