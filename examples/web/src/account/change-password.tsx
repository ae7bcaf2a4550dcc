import { unwrap } from "@plinth/client";
import { useState } from "react";
import { api } from "../api.ts";
import { changed } from "../cache.ts";
import { NewPasswordInput, PasswordInput } from "../parts/fields.tsx";
import { Form, type Typed } from "../parts/form.tsx";
import { Section } from "../parts/section.tsx";
import { say } from "../parts/toasts.tsx";

export function ChangePassword({ username }: { username: string }) {
  const [times, setTimes] = useState(0);
  const send = async (typed: Typed) => {
    const body = { current_password: typed("current_password"), password: typed("password") };
    unwrap(await api.PUT("/api/v1/users/me/password", { body }));
    say("Your password is changed. All other devices are signed out.");
    setTimes(times + 1);
    return changed("/api/v1/auth/sessions", "/api/v1/users/me/audit-events");
  };
  return (
    <Section title="Password" about="A new one signs you out on all other devices.">
      {/* Begins anew after each change, so that no password stays in the page. */}
      <Form key={times} label="Change the password" send={send}>
        {/* For password managers, which ask whose password it is. */}
        <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
        <PasswordInput name="current_password" label="Current password" autoComplete="current-password" />
        <NewPasswordInput />
      </Form>
    </Section>
  );
}
