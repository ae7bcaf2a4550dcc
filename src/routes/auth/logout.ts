import { callerOf } from "../../auth.ts";
import { endpoint, formOrJson, problems } from "../../endpoint.ts";
import { ApiError } from "../../errors.ts";
import { dropCookie, tokenInCookie } from "../../refresh-cookie.ts";
import { Logout } from "../../schemas/auth.ts";
import { signOut } from "../../services/auth.ts";

export const logout = endpoint(
  {
    method: "post",
    path: "/auth/logout",
    operationId: "logout",
    tags: ["auth"],
    summary: "Sign out",
    description:
      "Ends the session of the refresh token, in the body or the cookie, or else of the access token. Its tokens stop working at once. Signing out twice is no error.",
    access: "public",
    request: { body: formOrJson(Logout) },
    responses: { 204: { description: "Signed out" }, ...problems("not_authenticated", "origin_not_allowed") },
  },
  async (c) => {
    const { refresh_token } = { ...c.req.valid("form"), ...c.req.valid("json") };
    const refreshToken = refresh_token || tokenInCookie(c);
    const caller = await callerOf(c.var, c.req.header("Authorization"));
    if (refreshToken !== undefined) await signOut(c.var, { refreshToken });
    else if (caller) await signOut(c.var, { caller });
    else throw new ApiError("not_authenticated");
    dropCookie(c);
    return c.body(null, 204);
  },
);
