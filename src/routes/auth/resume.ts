import { endpoint, formOrJson, json, optional } from "../../endpoint/endpoint.ts";
import { ApiError } from "../../errors.ts";
import { headers } from "../../http/headers.ts";
import { Refresh, RefreshForm, Resumed } from "../../schemas/oauth.ts";
import { refreshed } from "../tokens.ts";

export const resumeSession = endpoint(
  {
    method: "post",
    path: "/auth/resume",
    operationId: "resumeSession",
    tags: ["auth"],
    summary: "Resume a session",
    description:
      "For the start of a page: gets the next tokens like `POST /auth/refresh`, and the account beside them. 204 if nobody is signed in, so that a browser shows no error to a visitor.",
    access: "public",
    carries: "refresh_token",
    changes: { "session.replayed": "refresh_token" },
    request: { body: optional(formOrJson(RefreshForm, Refresh)) },
    responses: {
      200: json(Resumed, "The next tokens and the account", "Set-Cookie", "Pragma"),
      204: { description: "Nobody is signed in", headers: headers("Set-Cookie") },
    },
    errors: ["origin_not_allowed"],
  },
  async (c) => {
    const sent = { ...c.req.valid("form"), ...c.req.valid("json") };
    try {
      return c.json(Resumed.parse(await refreshed(c, sent, { include: ["user"] })), 200);
    } catch (error) {
      if (error instanceof ApiError && error.code === "invalid_refresh_token") return c.body(null, 204);
      throw error;
    }
  },
);
