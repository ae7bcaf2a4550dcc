import { unwrap } from "@plinth/client";
import { useQuery } from "@tanstack/react-query";
import { createRoute, Link } from "@tanstack/react-router";
import { api } from "../api.ts";
import { changed } from "../cache.ts";
import { Page } from "../parts/page.tsx";
import { Failure } from "../parts/problem.tsx";
import { root } from "../shell/routes.tsx";
import { mailedLink } from "./mailed-link.ts";

/** Where the mail to a new e-mail address leads. */
export const confirmEmail = createRoute({
  getParentRoute: () => root,
  path: "/confirm-email",
  validateSearch: mailedLink,
  component: ConfirmEmail,
});

function ConfirmEmail() {
  const body = confirmEmail.useSearch();
  const { isPending, error } = useQuery({
    queryKey: ["confirm email", body],
    queryFn: async () => {
      unwrap(await api.POST("/api/v1/auth/email/confirm", { body }));
      void changed("/api/v1/users/me");
      return true;
    },
    // A link is used once.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (isPending) return <Page title="Confirming your new e-mail address…">{null}</Page>;
  if (error) {
    return (
      <Page title="This link does not work" className="narrow">
        <Failure error={error} />
        <p>
          Your old address is still in use. <Link to="/account">Ask for another link</Link>.
        </p>
      </Page>
    );
  }
  return (
    <Page title="Your new e-mail address is in use" className="narrow">
      <p>Sign in with it from now on. Your username works as before.</p>
      <Link to="/account" className="button primary">
        Go to your account
      </Link>
    </Page>
  );
}
