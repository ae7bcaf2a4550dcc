import { endpoint, formOrJson, optional } from "../../endpoint/endpoint.ts";
import { ApiError } from "../../errors.ts";
import { dropCookies, tokenInCookie } from "../../http/cookie.ts";
import { headers } from "../../http/headers.ts";
import { callerOf } from "../../middleware/authenticate.ts";
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
      "Ends the session of the refresh token in the body or the cookie, or otherwise of the access token. Its tokens stop working at once. Signing out twice is not an error.",
    access: "public",
    carries: "refresh_token",
    request: { body: optional(formOrJson(Logout, Logout)) },
    responses: { 204: { description: "Signed out", headers: headers("Set-Cookie") } },
    errors: ["not_authenticated", "invalid_refresh_token", "origin_not_allowed"],
  },
  async (c) => {
    const { refresh_token } = { ...c.req.valid("form"), ...c.req.valid("json") };
    const inCookie = refresh_token ? undefined : tokenInCookie(c);
    const refreshToken = refresh_token || inCookie;
    const caller = await callerOf(c.var, c.req.header("Authorization"));
    if (!refreshToken && !caller) throw new ApiError("not_authenticated");
    await signOut(c.var, { refreshToken, caller });
    if (inCookie !== undefined) dropCookies(c);
    return c.body(null, 204);
  },
);
