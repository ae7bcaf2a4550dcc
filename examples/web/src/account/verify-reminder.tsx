import { ResendVerification } from "./resend-verification.tsx";

/** Above every page, until the address is verified. */
export function VerifyReminder({ email }: { email: string }) {
  return (
    <aside className="reminder" aria-label="Your e-mail address">
      <p>
        We have mailed a link to <strong>{email}</strong>. Please follow it, so that you can recover your account.
      </p>
      <ResendVerification email={email} />
    </aside>
  );
}
