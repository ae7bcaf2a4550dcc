import { lifetimeHours, type Purpose } from "../security/one-time-tokens.ts";
import { renderHtml, renderText } from "./layout.ts";

/** Every mail that we send: those with a token are named as its purpose. */
export type MailKind = Purpose | "email_change_requested" | "password_changed";

/** What a mail says, in plain text; whoever renders it escapes it. */
export type Content = {
  subject: string;
  paragraphs: string[];
  /** Its one link, and the words on the button. */
  action?: { label: string; url: string };
  /** What to do when it comes unexpected. */
  closing: string;
};

export type Place = { project: string; frontendUrl: string };

/** A token's page in the front end. */
const pages: Record<Purpose, string> = {
  verify_email: "/verify-email",
  change_email: "/confirm-email",
  reset_password: "/reset-password",
};

/** Which token a mail of this kind carries, if any. */
export function purposeOf(kind: string): Purpose | undefined {
  return kind === "verify_email" || kind === "change_email" || kind === "reset_password" ? kind : undefined;
}

/** Subject, text and HTML of a mail, always the same for the same input; undefined for a kind that there is not. */
export function compose(kind: string, name: string, place: Place, token = "") {
  const write = isMailKind(kind) ? contents[kind] : undefined;
  if (!write) return undefined;
  const purpose = purposeOf(kind);
  const url = purpose && `${place.frontendUrl}${pages[purpose]}?token=${encodeURIComponent(token)}`;
  const content = write({ project: place.project, url: url ?? "" });
  const greeting = `Hello ${name},`;
  return {
    subject: content.subject,
    text: renderText(content, greeting, place.project),
    html: renderHtml(content, greeting, place.project),
  };
}

const contents: Record<MailKind, (link: { project: string; url: string }) => Content> = {
  verify_email: ({ project, url }) => ({
    subject: `Verify your e-mail address for ${project}`,
    paragraphs: [
      `Thank you for signing up for ${project}. Please confirm that this e-mail address is yours.`,
      `The link works once, within ${validity("verify_email")}.`,
    ],
    action: { label: "Verify my e-mail address", url },
    closing: "If you did not sign up, you can ignore this mail: without the link, the address stays unverified.",
  }),
  reset_password: ({ project, url }) => ({
    subject: `Reset your ${project} password`,
    paragraphs: [
      `Somebody, probably you, asked to reset the password of your ${project} account.`,
      `The link works once, within ${validity("reset_password")}. A new password signs you out everywhere.`,
    ],
    action: { label: "Choose a new password", url },
    closing: "If it was not you, you can ignore this mail: your password stays as it is.",
  }),
  change_email: ({ project, url }) => ({
    subject: `Confirm your new e-mail address for ${project}`,
    paragraphs: [
      `Please confirm that this is the new e-mail address of your ${project} account.`,
      `The link works once, within ${validity("change_email")}. Until then, the old address stays in use.`,
    ],
    action: { label: "Use this e-mail address", url },
    closing: "If you did not ask for this, you can ignore this mail: nothing changes without the link.",
  }),
  email_change_requested: ({ project }) => ({
    subject: `A new e-mail address for your ${project} account`,
    paragraphs: [
      `You asked to replace this e-mail address of your ${project} account by another one.`,
      "We have sent a link to the new address. Once it is confirmed, this address is no longer in use.",
    ],
    closing: "If it was not you, somebody knows your password: change it now, which also stops the change of address.",
  }),
  password_changed: ({ project }) => ({
    subject: `Your ${project} password was changed`,
    paragraphs: [
      `The password of your ${project} account has just been changed.`,
      "Other devices have been signed out and need the new password.",
    ],
    closing: "If it was not you, ask for a password reset at once, and tell us.",
  }),
};

function isMailKind(kind: string): kind is MailKind {
  return Object.hasOwn(contents, kind);
}

function validity(purpose: Purpose): string {
  const hours = lifetimeHours[purpose];
  return hours === 1 ? "one hour" : `${hours} hours`;
}
