import { unwrap } from "@plinth/client";
import { createRoute, Link, useNavigate } from "@tanstack/react-router";
import { api } from "../api.ts";
import { NewPasswordInput, TextInput } from "../parts/fields.tsx";
import { Form, type Typed } from "../parts/form.tsx";
import { Page } from "../parts/page.tsx";
import { root } from "../shell/routes.tsx";

export const signUp = createRoute({ getParentRoute: () => root, path: "/sign-up", component: SignUp });

function SignUp() {
  const navigate = useNavigate();
  const send = async (typed: Typed) => {
    const [email, username, password] = [typed("email"), typed("username"), typed("password")];
    const full_name = typed("full_name") || null;
    unwrap(await api.POST("/api/v1/users", { body: { email, username, full_name, password } }));
    const { error } = await api.session.signIn({ username, password });
    // With REQUIRE_VERIFIED_EMAIL the mailed link comes first.
    if (error) return navigate({ to: "/sign-in", search: { username } });
    return navigate({ to: "/items" });
  };
  return (
    <Page title="Sign up" className="narrow">
      <Form label="Sign up" send={send}>
        <TextInput name="email" label="E-mail address" type="email" autoComplete="email" isRequired />
        <TextInput
          name="username"
          label="Username"
          autoComplete="username"
          isRequired
          help="Letters, digits, hyphens and underscores. Others see it beside what you make public."
        />
        <TextInput name="full_name" label="Full name (optional)" autoComplete="name" maxLength={200} />
        <NewPasswordInput />
      </Form>
      <p className="aside">
        Already have an account? <Link to="/sign-in">Sign in</Link>
      </p>
    </Page>
  );
}
