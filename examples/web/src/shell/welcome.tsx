import { createRoute, Link, redirect } from "@tanstack/react-router";
import { api } from "../api.ts";
import { Page } from "../parts/page.tsx";
import { root } from "./routes.tsx";

export const welcome = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    if (api.session.state.status === "signed_in") throw redirect({ to: "/items", replace: true });
  },
  component: Welcome,
});

function Welcome() {
  return (
    <Page title="Keep what you make" className="welcome">
      <p className="lead">
        An example of a front end for the API: accounts, items, conflicts, exports and administration, in a few small
        files that you can read.
      </p>
      <p className="row">
        <Link to="/sign-up" className="button primary">
          Sign up
        </Link>
        <Link to="/sign-in" className="button">
          Sign in
        </Link>
      </p>
      <ul className="cards">
        <li>
          <h2>Look around</h2>
          <p>
            See <Link to="/public">what others have made public</Link>, without an account.
          </p>
        </li>
        <li>
          <h2>Come back</h2>
          <p>
            <Link to="/forgot-password">Forgot your password?</Link> <br />
            <Link to="/restore-account">Restore a deleted account</Link>
          </p>
        </li>
        <li>
          <h2>Build on it</h2>
          <p>
            The <a href="/api/v1/docs">documentation of the API</a> lets you try each endpoint.
          </p>
        </li>
      </ul>
    </Page>
  );
}
