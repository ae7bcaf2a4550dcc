import { query } from "@plinth/client/tanstack";
import { api } from "../api.ts";

/** The account of who is signed in, as it is now: the session knows it as it was at sign-in. */
export const me = query(api, "/api/v1/users/me");
