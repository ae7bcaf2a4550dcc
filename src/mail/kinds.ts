import type { MailKind } from "./kind.ts";
import { invitation, links } from "./links.ts";
import { notices } from "./notices.ts";

/** Every mail that this project sends. A kind that is not here stays in the outbox, as dead. */
export const mailKinds: readonly MailKind[] = [
  ...Object.values(links),
  ...Object.values(notices),
  invitation,
  // Kinds of your own follow.
];

/** The kind of this name, if there is one. */
export function mailKindOf(name: string): MailKind | undefined {
  return mailKinds.find((kind) => kind.name === name);
}
