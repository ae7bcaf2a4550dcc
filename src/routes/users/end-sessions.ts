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
    description: "All of the user's tokens stop working at once. The user can sign in again.",
    access: "admin",
    changes: { "sessions.ended": "admin" },
    request: { params: IdParams },
    responses: { 204: { description: "Ended" } },
    errors: ["not_found"],
  },
  async (c) => {
    await endSessionsAsAdmin(c.var, c.req.valid("param").id);
    return c.body(null, 204);
  },
);
