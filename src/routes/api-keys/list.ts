import { ApiKeys } from "../../crud/api-keys.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { ApiKeyPage } from "../../schemas/api-keys.ts";
import { ownerOfKeys } from "../../services/api-keys.ts";

export const listApiKeys = endpoint(
  {
    method: "get",
    path: "/api-keys",
    operationId: "listApiKeys",
    tags: ["keys"],
    summary: "List your API keys",
    description: "Newest first, without their secrets. Expired keys are listed, revoked ones are not.",
    access: "user",
    paged: true,
    responses: { 200: json(ApiKeyPage, "A page of your keys") },
  },
  async (c) => {
    const { db, run, page } = c.var;
    const keys = await page(c.req.valid("query"), (at) => run(ApiKeys.list(db, ownerOfKeys(c.var), at)));
    return c.json(ApiKeyPage.parse(keys), 200);
  },
);
