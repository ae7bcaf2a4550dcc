import { unwrap } from "@plinth/client";
import { useMutation } from "@tanstack/react-query";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { Failure } from "../parts/problem.tsx";

/** Mails another link. A username is no address: then the page of a sign-up is the place to ask. */
export function ResendVerification({ email }: { email: string }) {
  const resend = useMutation({
    mutationFn: async () => unwrap(await api.POST("/api/v1/auth/email/verify/resend", { body: { email } })),
  });
  if (!email.includes("@")) return <p>Sign in with your e-mail address to get another mail.</p>;
  if (resend.isSuccess) return <p role="status">Another mail is on its way.</p>;
  return (
    <>
      <Failure error={resend.error} />
      <Button onPress={() => resend.mutate()} isPending={resend.isPending}>
        Mail another link
      </Button>
    </>
  );
}
