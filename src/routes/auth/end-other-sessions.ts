import { revokeSessions } from "../../crud/sessions.ts";
import { endpoint } from "../../endpoint.ts";
import { audit } from "../../services/audit.ts";

export const endOtherSessions = endpoint(
  {
    method: "delete",
    path: "/auth/sessions",
    operationId: "endOtherSessions",
    tags: ["auth"],
    summary: "End all your other sessions",
    description: "The session that asks goes on.",
    access: "user",
    responses: { 204: { description: "Ended" } },
  },
  async (c) => {
    const { db, user } = c.var;
    const event = audit(c.var, "session.ended", user.id, { which: "all others" });
    await c.var.run(revokeSessions(db, user.id, user.sessionId), event);
    return c.body(null, 204);
  },
);
