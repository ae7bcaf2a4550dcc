import { unwrap } from "@plinth/client";
import { useQuery } from "@tanstack/react-query";
import { createRoute, Link } from "@tanstack/react-router";
import { api } from "../api.ts";
import { changed } from "../cache.ts";
import { Page } from "../parts/page.tsx";
import { Failure } from "../parts/problem.tsx";
import { root } from "../shell/routes.tsx";
import { mailedLink } from "./mailed-link.ts";

/** Where the mail of a sign-up leads. */
export const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: "/verify-email",
  validateSearch: mailedLink,
  component: VerifyEmail,
});

function VerifyEmail() {
  const body = verifyEmail.useSearch();
  const { isPending, error } = useQuery({
    queryKey: ["verify email", body],
    queryFn: async () => {
      unwrap(await api.POST("/api/v1/auth/email/verify", { body }));
      void changed("/api/v1/users/me");
      return true;
    },
    // A link is used once.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (isPending) return <Page title="Verifying your e-mail address…">{null}</Page>;
  if (error) {
    return (
      <Page title="This link does not work" className="narrow">
        <Failure error={error} />
        <p>
          It may be older than a day. <Link to="/sign-in">Sign in</Link> to get another mail.
        </p>
      </Page>
    );
  }
  return (
    <Page title="Your e-mail address is verified" className="narrow">
      <p>Thank you. If you forget your password, we can now help you.</p>
      <Link to="/items" className="button primary">
        Go to your items
      </Link>
    </Page>
  );
}
