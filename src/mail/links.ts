import { lifetimeHours } from "../security/one-time-tokens.ts";
import type { Purpose } from "../values.ts";
import { Chosen, Greeted, type MailKind, mailKind } from "./kind.ts";

/** Goes to an address that may have no account. Its token is that of an invitation. */
export const invitation = mailKind({
  name: "invitation",
  data: Greeted.extend({ organization: Chosen }),
  link: {
    page: "/accept-invitation",
    label: "Look at the invitation",
    withToken: true,
    call: { path: "/invitations/accept" },
  },
  content: ({ organization }, { project }) => ({
    subject: `An invitation to ${organization} on ${project}`,
    paragraphs: [
      `You are invited to join ${organization} on ${project}.`,
      "Sign in with this e-mail address, or sign up with it and verify it, and accept. The link works once, within seven days.",
    ],
    closing: "If you do not know why, you can ignore this mail: nothing happens without the link.",
  }),
});

/** The mails that carry a token, each named after its purpose. */
export const links: Record<Purpose, MailKind<{ name: string }>> = {
  verify_email: mailKind({
    name: "verify_email",
    data: Greeted,
    link: {
      page: "/verify-email",
      label: "Verify my e-mail address",
      withToken: true,
      call: { path: "/auth/email/verify" },
    },
    content: (_data, { project }) => ({
      subject: `Verify your e-mail address for ${project}`,
      paragraphs: [
        `There is a ${project} account with this e-mail address. Please confirm that the address is yours.`,
        `The link works once, within ${validity("verify_email")}.`,
      ],
      closing:
        "If you did not open the account, ignore this mail: without the link, the address stays unverified. To have the account yourself, ask for a new password, which ends all that others have left in it.",
    }),
  }),

  reset_password: mailKind({
    name: "reset_password",
    data: Greeted,
    link: {
      page: "/reset-password",
      label: "Choose a new password",
      withToken: true,
      call: { path: "/auth/password/reset", fields: { password: "a new password" } },
    },
    content: (_data, { project }) => ({
      subject: `Reset your ${project} password`,
      paragraphs: [
        `Somebody, probably you, asked to reset the password of your ${project} account.`,
        `The link works once, within ${validity("reset_password")}. A new password signs you out everywhere, and ends the API keys unless you keep them.`,
      ],
      closing: "If this was not you, you can ignore this mail: your password stays as it is.",
    }),
  }),

  change_email: mailKind({
    name: "change_email",
    data: Greeted,
    link: {
      page: "/confirm-email",
      label: "Use this e-mail address",
      withToken: true,
      call: { path: "/auth/email/confirm" },
    },
    content: (_data, { project }) => ({
      subject: `Confirm your new e-mail address for ${project}`,
      paragraphs: [
        `Please confirm that this is the new e-mail address of your ${project} account.`,
        `The link works once, within ${validity("change_email")}. Until then, the old address stays in use.`,
      ],
      closing: "If you did not ask for this, you can ignore this mail: nothing changes without the link.",
    }),
  }),
};

function validity(purpose: Purpose): string {
  const hours = lifetimeHours[purpose];
  return hours === 1 ? "one hour" : `${hours} hours`;
}
