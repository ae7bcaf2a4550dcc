import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { setETag } from "../../http/etag.ts";
import { User, UserCreate } from "../../schemas/users.ts";
import { signUp } from "../../services/sign-up.ts";

export const createUser = endpoint(
  {
    method: "post",
    path: "/users",
    operationId: "createUser",
    tags: ["users"],
    summary: "Sign up",
    description:
      "The e-mail address and the username are unique regardless of letter case. A verification link is mailed.",
    access: "public",
    rate: "sign_up",
    request: { body: body(UserCreate) },
    responses: { 201: json(User, "The new user", "ETag", "Location") },
    errors: ["signup_closed", "email_taken", "username_taken", "busy"],
  },
  async (c) => {
    const user = await signUp(c.var, c.req.valid("json"));
    setETag(c, user.etag);
    c.header("Location", `/api/v1/users/${user.id}`);
    return c.json(User.parse(user), 201);
  },
);
