import { v7 as uuidv7 } from "uuid";
import { insertUser } from "../../crud/users.ts";
import { body, endpoint, json, problems } from "../../endpoint.ts";
import { User, UserCreate } from "../../schemas/users.ts";

export const createUser = endpoint(
  {
    method: "post",
    path: "/users",
    operationId: "createUser",
    tags: ["users"],
    summary: "Sign up",
    description: "The e-mail address and the username are unique without regard to case.",
    access: "public",
    request: { body: body(UserCreate) },
    responses: {
      201: json(User, "The new user; `Location` is its URL"),
      ...problems("email_taken", "username_taken"),
    },
  },
  async (c) => {
    const { password, ...profile } = c.req.valid("json");
    const id = uuidv7();
    const password_hash = await c.var.passwords.hash(profile.email, password);
    const [user] = await c.var.run(insertUser(c.var.db, { ...profile, id, password_hash }));
    c.header("Location", `/api/v1/users/${id}`);
    return c.json(User.parse(user), 201);
  },
);
