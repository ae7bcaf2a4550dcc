import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { ApiKey, ApiKeyUpdate } from "../../schemas/api-keys.ts";
import { IdParams } from "../../schemas/common.ts";
import { changeApiKey } from "../../services/api-keys.ts";

export const updateApiKey = endpoint(
  {
    method: "patch",
    path: "/api-keys/{id}",
    operationId: "updateApiKey",
    tags: ["keys"],
    summary: "Change an API key",
    description: "Fields that are left out keep their values. The next request with the key has the new ones.",
    access: "user",
    fresh: "10m",
    changes: { "api_key.changed": "fresh_password" },
    request: { params: IdParams, body: body(ApiKeyUpdate) },
    responses: { 200: json(ApiKey, "The changed key") },
    errors: ["not_found", "name_taken"],
  },
  async (c) => {
    const key = await changeApiKey(c.var, c.req.valid("param").id, c.req.valid("json"));
    return c.json(ApiKey.parse(key), 200);
  },
);
