import { useSyncExternalStore } from "react";
import { api } from "./api.ts";

/** Tells who is signed in, also after a change in another tab. */
export function useSession() {
  return useSyncExternalStore(api.session.subscribe, () => api.session.state);
}

/** The id of the user who is signed in. */
export function accountId(): string | undefined {
  const { state } = api.session;
  return state.status === "signed_in" ? state.user.id : undefined;
}
