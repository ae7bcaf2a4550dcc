import { createRoute, Link } from "@tanstack/react-router";
import { Page } from "../parts/page.tsx";
import { Failure, isFinal } from "../parts/problem.tsx";
import { root } from "../shell/routes.tsx";
import { mailedLink, useMailedLink } from "./mailed-link.ts";

/** The page of the link in the mail to a new e-mail address. */
export const confirmEmail = createRoute({
  getParentRoute: () => root,
  path: "/confirm-email",
  validateSearch: mailedLink,
  component: ConfirmEmail,
});

function ConfirmEmail() {
  const using = useMailedLink("/api/v1/auth/email/confirm", confirmEmail.useSearch());
  const { isPending, error } = using;
  if (isPending) return <Page title="Confirming your new e-mail address…">{null}</Page>;
  if (error && !isFinal(error)) {
    return (
      <Page title="We could not use this link yet" className="narrow">
        <Failure error={error} again={using} />
      </Page>
    );
  }
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
