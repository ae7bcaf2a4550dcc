import { unwrap } from "@plinth/client";
import { useMutation } from "@tanstack/react-query";
import { createRoute, Link } from "@tanstack/react-router";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { Page } from "../parts/page.tsx";
import { Failure } from "../parts/problem.tsx";
import { useSession } from "../session.ts";
import { root } from "../shell/routes.tsx";
import { mailedLink } from "./mailed-link.ts";

/** The page of the link in an invitation to an organization. */
export const acceptInvitation = createRoute({
  getParentRoute: () => root,
  path: "/accept-invitation",
  validateSearch: mailedLink,
  component: AcceptInvitation,
});

function AcceptInvitation() {
  const body = acceptInvitation.useSearch();
  const { status } = useSession();
  const accept = useMutation({
    mutationFn: async () => unwrap(await api.POST("/api/v1/invitations/accept", { body })),
  });
  const decline = useMutation({
    mutationFn: async () => unwrap(await api.POST("/api/v1/invitations/decline", { body })),
  });
  if (accept.data) {
    return (
      <Page title={`Welcome to ${accept.data.name}`} className="narrow">
        <p>You are a member now.</p>
      </Page>
    );
  }
  if (decline.isSuccess) {
    return (
      <Page title="The invitation is declined" className="narrow">
        <p>Nothing else happens.</p>
      </Page>
    );
  }
  return (
    <Page title="You are invited to an organization" className="narrow">
      <Failure error={accept.error ?? decline.error} />
      {status === "signed_out" && (
        <p>
          To accept,{" "}
          <Link to="/sign-in" search={{ next: location.pathname + location.search }}>
            sign in
          </Link>{" "}
          with the e-mail address that was invited, or <Link to="/sign-up">sign up</Link> with it.
        </p>
      )}
      <div className="row">
        {status === "signed_in" && (
          <Button look="primary" onPress={() => accept.mutate()} isPending={accept.isPending}>
            Accept
          </Button>
        )}
        <Button onPress={() => decline.mutate()} isPending={decline.isPending}>
          Decline
        </Button>
      </div>
    </Page>
  );
}
