import { unwrap } from "@plinth/client";
import { createRoute, useNavigate } from "@tanstack/react-router";
import { api } from "../api.ts";
import { PasswordInput, TextInput } from "../parts/fields.tsx";
import { Form, type Typed } from "../parts/form.tsx";
import { Page } from "../parts/page.tsx";
import { say } from "../parts/toasts.tsx";
import { root } from "../shell/routes.tsx";

type Search = { username?: string; deleted?: string };

export const restoreAccount = createRoute({
  getParentRoute: () => root,
  path: "/restore-account",
  validateSearch: ({ username, deleted }: Record<string, unknown>): Search => ({
    ...(typeof username === "string" && { username }),
    ...(typeof deleted === "string" && { deleted }),
  }),
  component: RestoreAccount,
});

function RestoreAccount() {
  const { username = "", deleted } = restoreAccount.useSearch();
  const navigate = useNavigate();
  const send = async (typed: Typed) => {
    unwrap(await api.session.restore({ username: typed("username"), password: typed("password") }));
    say("Your account is back.");
    return navigate({ to: "/items" });
  };
  return (
    <Page title={deleted ? "Your account is deleted" : "Restore your account"} className="narrow">
      <p>
        For 30 days after you deleted your account, you can have it back with everything in it. Enter what you signed in
        with.
      </p>
      <Form label="Restore my account" send={send}>
        <TextInput
          name="username"
          label="Username or e-mail address"
          autoComplete="username"
          isRequired
          defaultValue={username}
        />
        <PasswordInput name="password" label="Password" autoComplete="current-password" />
      </Form>
    </Page>
  );
}
