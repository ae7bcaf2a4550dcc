import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { ApiKeyCreate, NewApiKey } from "../../schemas/api-keys.ts";
import { makeApiKey } from "../../services/api-keys.ts";

export const createApiKey = endpoint(
  {
    method: "post",
    path: "/api-keys",
    operationId: "createApiKey",
    tags: ["keys"],
    summary: "Make an API key",
    description:
      "The key acts as you, within its permissions, for programs that cannot sign in. Only this answer has `key`, so the call takes no `Idempotency-Key`: if the answer is lost, find the key by its name and revoke it.",
    access: "user",
    fresh: "10m",
    changes: { "api_key.created": "fresh_password" },
    request: { body: body(ApiKeyCreate) },
    responses: { 201: json(NewApiKey, "The new key", "Location") },
    errors: ["name_taken", "quota_exceeded"],
  },
  async (c) => {
    const made = NewApiKey.parse(await makeApiKey(c.var, c.req.valid("json")));
    c.header("Location", `/api/v1/api-keys/${made.id}`);
    return c.json(made, 201);
  },
);
