import { unwrap } from "@plinth/client";
import { createRoute, Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api.ts";
import { NewPasswordInput } from "../parts/fields.tsx";
import { Form, type Typed } from "../parts/form.tsx";
import { Page } from "../parts/page.tsx";
import { Failure, problemOf } from "../parts/problem.tsx";
import { root } from "../shell/routes.tsx";
import { mailedLink } from "./mailed-link.ts";

/** The page of the link in the mail about a forgotten password. */
export const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  validateSearch: mailedLink,
  component: ResetPassword,
});

function ResetPassword() {
  const link = resetPassword.useSearch();
  const [isDone, setDone] = useState(false);
  const send = async (typed: Typed) => {
    const body = { ...link, password: typed("password") };
    unwrap(await api.POST("/api/v1/auth/password/reset", { body }));
    setDone(true);
  };
  if (isDone) {
    return (
      <Page title="You have a new password" className="narrow">
        <p>You are signed out everywhere, and so is everybody else who was signed in to your account.</p>
        <Link to="/sign-in" className="button primary">
          Sign in
        </Link>
      </Page>
    );
  }
  return (
    <Page title="Choose a new password" className="narrow">
      <Form label="Set the password" send={send} explain={explain}>
        <NewPasswordInput />
      </Form>
    </Page>
  );
}

function explain(error: unknown) {
  if (problemOf(error)?.code !== "invalid_one_time_token") return undefined;
  return (
    <>
      <Failure error={error} />
      <p>
        <Link to="/forgot-password">Ask for another link</Link>
      </p>
    </>
  );
}
