import { Users } from "../../crud/users.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { answersNotModified } from "../../http/etag.ts";
import { Me, MeQuery } from "../../schemas/organizations.ts";

export const readMe = endpoint(
  {
    method: "get",
    path: "/users/me",
    operationId: "readMe",
    tags: ["users"],
    summary: "Get your account",
    description:
      "The account that the access token belongs to; with `include=memberships`, its organizations and what you may do in them.",
    access: "user",
    versioned: true,
    request: { query: MeQuery },
    responses: { 200: json(Me, "Your account") },
  },
  async (c) => {
    const { db, user: caller, run } = c.var;
    const { include = [] } = c.req.valid("query");
    if (include.includes("memberships")) {
      const [row] = await run(Users.findWithMemberships(db, caller));
      const me = Me.parse(row);
      if (answersNotModified(c, me.etag, row?.variant)) return c.body(null, 304);
      return c.json(me, 200);
    }
    const [row] = await run(Users.find(db, caller.id, caller));
    const me = Me.parse(row);
    if (answersNotModified(c, me.etag)) return c.body(null, 304);
    return c.json(me, 200);
  },
);
