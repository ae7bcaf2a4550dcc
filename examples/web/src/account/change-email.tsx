import { unwrap } from "@plinth/client";
import { useState } from "react";
import { api } from "../api.ts";
import { PasswordInput, TextInput } from "../parts/fields.tsx";
import { Form, type Typed } from "../parts/form.tsx";
import { Section } from "../parts/section.tsx";

export function ChangeEmail({ email }: { email: string }) {
  const [asked, setAsked] = useState<string>();
  const send = async (typed: Typed) => {
    const body = { email: typed("email"), current_password: typed("current_password") };
    unwrap(await api.POST("/api/v1/users/me/email", { body }));
    setAsked(body.email);
  };
  return (
    <Section title="E-mail address" about={`It is ${email}.`}>
      {asked === undefined ? (
        <Form label="Change the address" send={send}>
          <TextInput name="email" label="New e-mail address" type="email" autoComplete="email" isRequired />
          <PasswordInput name="current_password" label="Your password" autoComplete="current-password" />
        </Form>
      ) : (
        <p className="note" role="status">
          We have mailed a link to <strong>{asked}</strong>. Until you follow it, {email} stays in use.
        </p>
      )}
    </Section>
  );
}
