import { unwrap } from "@plinth/client";
import { createRoute, Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api.ts";
import { TextInput } from "../parts/fields.tsx";
import { Form, type Typed } from "../parts/form.tsx";
import { Page } from "../parts/page.tsx";
import { root } from "../shell/routes.tsx";

export const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: ForgotPassword,
});

function ForgotPassword() {
  const [asked, setAsked] = useState<string>();
  const send = async (typed: Typed) => {
    const email = typed("email");
    unwrap(await api.POST("/api/v1/auth/password/forgot", { body: { email } }));
    setAsked(email);
  };
  if (asked !== undefined) {
    return (
      <Page title="Check your inbox" className="narrow">
        {/* The answer is the same for an address without an account, and so is this page. */}
        <p>
          If <strong>{asked}</strong> has an account, a mail with a link is on its way. The link works for an hour.
        </p>
      </Page>
    );
  }
  return (
    <Page title="Forgot your password?" className="narrow">
      <p>We mail you a link to choose a new one.</p>
      <Form label="Mail me a link" send={send}>
        <TextInput name="email" label="E-mail address" type="email" autoComplete="email" isRequired />
      </Form>
      <p className="aside">
        <Link to="/sign-in">Back to sign in</Link>
      </p>
    </Page>
  );
}
