import { type Account, changing, ifMatch, unwrap } from "@plinth/client";
import { useState } from "react";
import { api } from "../api.ts";
import { changed } from "../cache.ts";
import { TextInput } from "../parts/fields.tsx";
import { Form, type Typed } from "../parts/form.tsx";
import { Section } from "../parts/section.tsx";
import { say } from "../parts/toasts.tsx";

/** Username and full name. */
export function Profile({ user }: { user: Account }) {
  // A save may overwrite the version that was shown, and none that was read since.
  const [shown, setShown] = useState(user);
  const [isOvertaken, setOvertaken] = useState(false);
  const send = async (typed: Typed) => {
    const body = { username: typed("username"), full_name: typed("full_name") || null };
    const params = { header: ifMatch(shown) };
    const result = await changing(api.PATCH("/api/v1/users/me", { params, body }), () => api.GET("/api/v1/users/me"));
    setOvertaken(result.current !== undefined);
    if (result.current) return setShown(result.current);
    setShown(unwrap(result));
    say("Your profile is saved.");
    return changed("/api/v1/users/me");
  };
  return (
    <Section title="Profile" about="Others see it beside what you make public.">
      {isOvertaken && (
        <p className="note" role="alert">
          Your profile was changed elsewhere meanwhile. Here is how it is now: change it again.
        </p>
      )}
      <Form key={shown.etag} label="Save" send={send}>
        <TextInput name="username" label="Username" autoComplete="username" isRequired defaultValue={shown.username} />
        <TextInput
          name="full_name"
          label="Full name"
          autoComplete="name"
          maxLength={200}
          defaultValue={shown.full_name ?? ""}
        />
      </Form>
    </Section>
  );
}
