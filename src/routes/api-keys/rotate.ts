import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { ApiKeyRotation, NewApiKey } from "../../schemas/api-keys.ts";
import { IdParams } from "../../schemas/common.ts";
import { rotateApiKey } from "../../services/api-keys.ts";

export const rotateApiKeySecret = endpoint(
  {
    method: "post",
    path: "/api-keys/{id}/rotate",
    operationId: "rotateApiKeySecret",
    tags: ["keys"],
    summary: "Give an API key a new secret",
    description:
      "The current secret works for another `overlap_seconds`, while you replace it; an older one stops working at once. Only this answer has `key`.",
    access: "user",
    fresh: "10m",
    changes: { "api_key.rotated": "fresh_password" },
    request: { params: IdParams, body: body(ApiKeyRotation) },
    responses: { 200: json(NewApiKey, "The key, with its new secret") },
    errors: ["not_found", "conflict"],
  },
  async (c) => {
    const key = await rotateApiKey(c.var, c.req.valid("param").id, c.req.valid("json"));
    return c.json(NewApiKey.parse(key), 200);
  },
);
