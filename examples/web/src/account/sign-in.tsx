import { unwrap } from "@plinth/client";
import { createRoute, Link, redirect, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api.ts";
import { PasswordInput, TextInput } from "../parts/fields.tsx";
import { Form, type Typed } from "../parts/form.tsx";
import { Page } from "../parts/page.tsx";
import { problemOf } from "../parts/problem.tsx";
import { root } from "../shell/routes.tsx";
import { ResendVerification } from "./resend-verification.tsx";

type Search = { next?: string; username?: string };

export const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: ({ next, username }: Record<string, unknown>): Search => ({
    // A page of this app, and no address that a link has smuggled in.
    ...(typeof next === "string" && /^\/(?![/\\])/.test(next) && { next }),
    ...(typeof username === "string" && { username }),
  }),
  beforeLoad: () => {
    if (api.session.state.status === "signed_in") throw redirect({ to: "/items", replace: true });
  },
  component: SignIn,
});

function SignIn() {
  const { next = "/items", username: known = "" } = signIn.useSearch();
  const [username, setUsername] = useState(known);
  const router = useRouter();
  const send = async (typed: Typed) => {
    unwrap(await api.session.signIn({ username, password: typed("password") }));
    router.history.push(next);
  };
  return (
    <Page title="Sign in" className="narrow">
      <Form label="Sign in" send={send} explain={(error) => explain(error, username)}>
        <TextInput
          name="username"
          label="Username or e-mail address"
          autoComplete="username"
          isRequired
          value={username}
          onChange={setUsername}
        />
        <PasswordInput name="password" label="Password" autoComplete="current-password" />
      </Form>
      <p className="aside">
        <Link to="/forgot-password">Forgot your password?</Link> · <Link to="/sign-up">Sign up</Link>
      </p>
    </Page>
  );
}

/** Tells what to do next, where there is something. */
function explain(error: unknown, username: string) {
  switch (problemOf(error)?.code) {
    case "email_not_verified":
      return (
        <div className="note" role="alert">
          <p>Please follow the link in our mail first: it verifies your e-mail address.</p>
          <ResendVerification email={username} />
        </div>
      );
    case "account_deleted":
      return (
        <p className="note" role="alert">
          This account was deleted.{" "}
          <Link to="/restore-account" search={{ username }}>
            Restore it
          </Link>
        </p>
      );
    default:
      return undefined;
  }
}
