import { fetch, type RequestConfig, type Client as Sender, setConfig } from "../kubb/.kubb/fetch.ts";
import { createItem } from "../kubb/clients/createItem.ts";
import { createUser } from "../kubb/clients/createUser.ts";
import { deleteItem } from "../kubb/clients/deleteItem.ts";
import { listItems } from "../kubb/clients/listItems.ts";
import { login } from "../kubb/clients/login.ts";
import { updateItem } from "../kubb/clients/updateItem.ts";
import type { UpdateItem412 } from "../kubb/types/UpdateItem.ts";
import type { Client } from "./client.ts";

class Refusal extends Error {
  readonly status: number;
  readonly data: unknown;

  constructor(status: number, data: unknown) {
    super(`${status}: ${JSON.stringify(data)}`);
    this.status = status;
    this.data = data;
  }
}

/**
 * Sends what kubb's own `fetch` would, which joins a list by commas where the document repeats the parameter, and answers
 * the body of a refusal as if it were the data.
 */
const client: Sender = async <Data, Failure, Sent>({ params, ...config }: RequestConfig<Sent>) => {
  const query = Object.entries(params ?? {}).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, String(one)]),
  );
  const url = `${config.url}?${new URLSearchParams(query)}`;
  const answer = await fetch<Data, Failure, Sent>({ ...config, url });
  if (answer.status >= 400) throw new Refusal(answer.status, answer.data);
  return answer;
};

export function kubb(baseURL: string): Client {
  // It names no media type.
  const headers = { "Content-Type": "application/json" };
  setConfig({ baseURL, headers });
  return {
    signUp: (user) => createUser(user, { client }),
    async signIn(credentials) {
      const { access_token } = await login(credentials, {}, { client });
      setConfig({ baseURL, headers: { ...headers, Authorization: `Bearer ${access_token}` } });
      return access_token;
    },
    create: (title) => createItem({ title }, {}, { client }),
    list: () => listItems({ include: ["owner", "total"] }, { client }),
    async update({ id, etag }, title) {
      try {
        return await updateItem(id, { title }, { "If-Match": etag }, { client });
      } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 412) throw error;
        // Its errors are unknown where they are caught, as all are.
        const { code } = error.data as UpdateItem412;
        return { refused: code };
      }
    },
    async remove({ id, etag }) {
      await deleteItem(id, { "If-Match": etag }, { client });
    },
  };
}
