import createClient from "openapi-fetch";
import type { paths } from "../openapi-typescript/api.ts";
import type { Client } from "./client.ts";

function dataOf<Data>({ data, error }: { data?: Data; error?: unknown }): Data {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

export function openapiTypescript(baseUrl: string): Client {
  const api = createClient<paths>({ baseUrl });
  return {
    signUp: async (body) => dataOf(await api.POST("/api/v1/users", { body })),
    async signIn(body) {
      const { access_token } = dataOf(await api.POST("/api/v1/auth/login", { body }));
      api.use({ onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${access_token}`) });
      return access_token;
    },
    create: async (title) => dataOf(await api.POST("/api/v1/items", { body: { title } })),
    list: async () => dataOf(await api.GET("/api/v1/items", { params: { query: { include: ["owner", "total"] } } })),
    async update({ id, etag }, title) {
      const params = { path: { id }, header: { "If-Match": etag } };
      const answer = await api.PATCH("/api/v1/items/{id}", { params, body: { title } });
      return answer.error?.code === "precondition_failed" ? { refused: answer.error.code } : dataOf(answer);
    },
    async remove({ id, etag }) {
      const params = { path: { id }, header: { "If-Match": etag } };
      const { error } = await api.DELETE("/api/v1/items/{id}", { params });
      if (error) throw new Error(error.code);
    },
  };
}
