import { z } from "zod";
import type { MailKindName } from "../values.ts";
import { Greeted, type MailKind, mailKind, type Occasion } from "./kind.ts";
import type { Content } from "./layout.ts";

/** Data of every notice: the actor as the owner may know them, and the origin if it was certainly the owner. */
export const Told = Greeted.extend({
  // Older versions queued notices of the owner's own acts only.
  by: z.enum(["owner", "member", "administrator", "operator", "stranger"]).default("owner"),
  network: z.string().optional(),
  program: z.string().optional(),
});
type Told = z.output<typeof Told>;

/**
 * Declares a mail that tells an account's owner what happened; time and origin are added. It has no link, so that
 * nobody learns to follow the link of an alarm.
 */
export function notice<Data extends Told>(declared: {
  name: MailKindName;
  data: z.ZodType<Data>;
  content: (data: Data, occasion: Occasion) => Omit<Content, "facts">;
}): MailKind<Data> {
  const { content } = declared;
  return mailKind({
    ...declared,
    content: (data, occasion) => ({ ...content(data, occasion), facts: factsOf(data, occasion) }),
  });
}

/** A day, as in "25 December 2026". */
export function day(at: Date): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(at);
}

function factsOf({ by, network, program }: Told, { project, at }: Occasion): NonNullable<Content["facts"]> {
  const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "UTC" }).format(at);
  const when = ["When", `${day(at)}, ${time} UTC`] as const;
  const who = {
    owner: undefined,
    member: "another member of the organization",
    administrator: `an administrator of ${project}`,
    operator: `an operator of ${project}, at the command line`,
    stranger: "somebody who was not signed in",
  }[by];
  const where = [program, network && `network ${network}`].filter(Boolean).join(", ");
  return [when, ...(who ? [["By", who] as const] : []), ...(where ? [["From", where] as const] : [])];
}
