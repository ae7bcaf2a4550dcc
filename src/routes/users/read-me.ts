import { Users } from "../../crud/users.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { isKnown } from "../../http/etag.ts";
import { User } from "../../schemas/users.ts";

export const readMe = endpoint(
  {
    method: "get",
    path: "/users/me",
    operationId: "readMe",
    tags: ["users"],
    summary: "Get your account",
    description: "The account that the access token belongs to.",
    access: "user",
    versioned: true,
    responses: { 200: json(User, "Your account") },
  },
  async (c) => {
    const { db, user: caller, run } = c.var;
    const [user] = await run(Users.find(db, caller.id, caller));
    if (!user) notFound();
    if (isKnown(c, user.version)) return c.body(null, 304);
    return c.json(User.parse(user), 200);
  },
);
