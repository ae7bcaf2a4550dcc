import { createRoute, Link } from "@tanstack/react-router";
import { Page } from "../parts/page.tsx";
import { Failure, isFinal } from "../parts/problem.tsx";
import { root } from "../shell/routes.tsx";
import { mailedLink, useMailedLink } from "./mailed-link.ts";

/** The page of the link in the mail after a sign-up. */
export const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: "/verify-email",
  validateSearch: mailedLink,
  component: VerifyEmail,
});

function VerifyEmail() {
  const using = useMailedLink("/api/v1/auth/email/verify", verifyEmail.useSearch());
  const { isPending, error } = using;
  if (isPending) return <Page title="Verifying your e-mail address…">{null}</Page>;
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
