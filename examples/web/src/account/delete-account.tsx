import { unwrap } from "@plinth/client";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { PasswordInput } from "../parts/fields.tsx";
import { Form, type Typed } from "../parts/form.tsx";
import { Section } from "../parts/section.tsx";

export function DeleteAccount({ username }: { username: string }) {
  const [isOpen, setOpen] = useState(false);
  const navigate = useNavigate();
  const send = async (typed: Typed) => {
    const body = { current_password: typed("current_password") };
    unwrap(await api.POST("/api/v1/users/me/deletion", { body }));
    await navigate({ to: "/restore-account", search: { username, deleted: "yes" } });
    // The session ended with the account: this tells the page and the other tabs.
    await api.session.signOut();
  };
  return (
    <Section title="Delete your account" about="For 30 days you can undo it. Then everything is gone for good.">
      <Button look="danger" onPress={() => setOpen(true)}>
        Delete my account
      </Button>
      <Dialog title="Delete your account?" isOpen={isOpen} onClose={() => setOpen(false)}>
        <p>You are signed out everywhere, and what you made public is no longer shown.</p>
        <Form
          label="Delete my account"
          look="danger"
          send={send}
          actions={<Button onPress={() => setOpen(false)}>Keep it</Button>}
        >
          <PasswordInput name="current_password" label="Your password" autoComplete="current-password" />
        </Form>
      </Dialog>
    </Section>
  );
}
