import { endpoint } from "../../endpoint/endpoint.ts";
import { IdParams } from "../../schemas/common.ts";
import { endSessionsAsAdmin } from "../../services/administration.ts";

export const endUserSessions = endpoint(
  {
    method: "delete",
    path: "/users/{id}/sessions",
    operationId: "endUserSessions",
    tags: ["users"],
    summary: "Sign a user out everywhere",
    description: "All tokens of the user stop working at once; signing in again is possible.",
    access: "admin",
    request: { params: IdParams },
    responses: { 204: { description: "Ended" } },
    errors: ["not_found"],
  },
  async (c) => {
    await endSessionsAsAdmin(c.var, c.req.valid("param").id);
    return c.body(null, 204);
  },
);
