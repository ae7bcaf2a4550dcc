import { ApiKeys } from "../../crud/api-keys.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { ApiKey } from "../../schemas/api-keys.ts";
import { IdParams } from "../../schemas/common.ts";
import { ownerOfKeys } from "../../services/api-keys.ts";

export const readApiKey = endpoint(
  {
    method: "get",
    path: "/api-keys/{id}",
    operationId: "readApiKey",
    tags: ["keys"],
    summary: "Get an API key",
    description: "One of your keys, without its secret.",
    access: "user",
    request: { params: IdParams },
    responses: { 200: json(ApiKey, "The key") },
    errors: ["not_found"],
  },
  async (c) => {
    const { db, run } = c.var;
    const [key] = await run(ApiKeys.find(db, c.req.valid("param").id, ownerOfKeys(c.var)));
    return c.json(ApiKey.parse(key ?? notFound()), 200);
  },
);
