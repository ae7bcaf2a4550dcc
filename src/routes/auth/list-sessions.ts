import { Sessions } from "../../crud/sessions.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { SessionPage } from "../../schemas/auth.ts";

export const listSessions = endpoint(
  {
    method: "get",
    path: "/auth/sessions",
    operationId: "listSessions",
    tags: ["auth"],
    summary: "List your sessions",
    description: "Everywhere you are signed in, newest first.",
    access: "user",
    paged: true,
    responses: { 200: json(SessionPage, "A page of your sessions") },
  },
  async (c) => {
    const { db, run, page, user } = c.var;
    const sessions = await page(c.req.valid("query"), (at) => run(Sessions.list(db, user.id, at)));
    const items = sessions.items.map((session) => ({ ...session, is_current: session.id === user.sessionId }));
    return c.json(SessionPage.parse({ ...sessions, items }), 200);
  },
);
