import { Sessions } from "../../crud/sessions.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { IdParams } from "../../schemas/common.ts";
import { auditEvent } from "../../services/audit.ts";

export const endSession = endpoint(
  {
    method: "delete",
    path: "/auth/sessions/{id}",
    operationId: "endSession",
    tags: ["auth"],
    summary: "End one of your sessions",
    description: "Its tokens stop working at once.",
    access: "user",
    request: { params: IdParams },
    responses: { 204: { description: "Ended" } },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, user } = c.var;
    const event = auditEvent(c.var, "session.ended", user.id, { session_id: id });
    const ended = await c.var.run(Sessions.end(db, user.id, { only: id }, event));
    if (ended.rows.length === 0) notFound();
    return c.body(null, 204);
  },
);
