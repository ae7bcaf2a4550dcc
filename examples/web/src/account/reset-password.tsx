import { unwrap } from "@plinth/client";
import { createRoute, Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api.ts";
import { NewPasswordInput, Toggle } from "../parts/fields.tsx";
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
  const [done, setDone] = useState<{ keep_api_keys: boolean }>();
  const send = async (typed: Typed) => {
    const kept = { keep_api_keys: typed("keep_api_keys") === "yes" };
    unwrap(await api.POST("/api/v1/auth/password/reset", { body: { ...link, ...kept, password: typed("password") } }));
    setDone(kept);
  };
  if (done) {
    return (
      <Page title="You have a new password" className="narrow">
        <p>You are signed out everywhere, and so is everybody else who was signed in to your account.</p>
        <p>
          {done.keep_api_keys
            ? "Your API keys work on, if your e-mail address was verified before."
            : "Your API keys no longer work. A mail tells you how many there were, if any."}
        </p>
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
        <Toggle
          name="keep_api_keys"
          label="Keep my API keys working"
          help="Without this, programs that use one of your API keys stop. Switch it on only if nobody else has ever had your password."
        />
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
