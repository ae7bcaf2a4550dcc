import { unwrap } from "@plinth/client";
import { useQuery } from "@tanstack/react-query";
import { api } from "../api.ts";
import { changed } from "../cache.ts";

/** Reads the query of a mailed link, which is the body of the call that uses it. */
export function mailedLink({ token = "" }: Record<string, unknown>): { token: string } {
  return { token: String(token) };
}

type Opening = "/api/v1/auth/email/confirm" | "/api/v1/auth/email/verify";

/** Uses a link that asks for nothing more, as soon as its page opens, and once. */
export function useMailedLink(path: Opening, body: { token: string }) {
  return useQuery({
    queryKey: ["mailed link", path, body],
    queryFn: async () => {
      unwrap(await api.POST(path, { body }));
      void changed("/api/v1/users/me");
      return true;
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}
