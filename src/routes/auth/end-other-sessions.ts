import { Sessions } from "../../crud/sessions.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { auditEvent } from "../../services/audit.ts";

export const endOtherSessions = endpoint(
  {
    method: "delete",
    path: "/auth/sessions",
    operationId: "endOtherSessions",
    tags: ["auth"],
    summary: "End all your other sessions",
    description: "The current session stays.",
    access: "user",
    changes: { "sessions.ended": "access_token" },
    responses: { 204: { description: "Ended" } },
  },
  async (c) => {
    const { db, user } = c.var;
    const event = auditEvent(c.var, "sessions.ended", user.id, { which: "all others" });
    await c.var.run(Sessions.end(db, user.id, { except: user.sessionId }, event));
    return c.body(null, 204);
  },
);
