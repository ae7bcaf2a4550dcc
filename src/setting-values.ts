/** Reads the texts of settings. Each complaint states the rule and never repeats the value. */

import { z } from "@hono/zod-openapi";
import { Email } from "./schemas/text.ts";

/** The sender of mails. */
export type Sender = { name: string; email: string };

export const textUpTo = (max: number) =>
  z.string().min(1, "must not be empty").max(max, `must have at most ${max} characters`);
/** `why` follows the limits, where they need a reason. */
export const integerBetween = (min: number, max: number, why = "") =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().refine((value) => min <= value && value <= max, `must be ${min} to ${max}${why}`));
export const fraction = z
  .string()
  .regex(/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/, "must be a number from 0 to 1")
  .transform(Number);
export const oneOf = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z.enum(words, `must be ${choiceOf(words)}`);
export const trueOrFalse = oneOf("true", "false").transform((word) => word === "true");
/** The words as a choice: `a, b or c`. */
export function choiceOf(words: readonly string[]): string {
  return words.join(", ").replace(/, ([^,]*)$/, " or $1");
}
/** A comma-separated list. */
export const commaSeparated = (item: z.ZodType<string, string>) =>
  z
    .string()
    .transform((list) => list.split(",").flatMap((part) => (part.trim() === "" ? [] : [part.trim()])))
    .pipe(z.array(item));

/** An origin as browsers send it. */
export function isOrigin(value: string): boolean {
  return /^https?:\/\/[^*]+$/.test(value) && URL.canParse(value) && new URL(value).origin === value;
}

/** True for a URL to which a path can be added. */
export function isFrontend(value: string): boolean {
  return /^https?:\/\/[^?#@\s]+$/.test(value) && URL.canParse(value);
}

/** Reads `Name <address>`, or an address alone. */
export function toSender(value: string): Sender {
  const [, name = "", email = value] = /^([^<>"\p{Cc}]{1,100}) <([^<>]+)>$/u.exec(value) ?? [];
  return { name: name || email, email };
}

/** True for a sender with an address that can be one. */
export function isSender({ email }: Sender): boolean {
  return Email.safeParse(email).success;
}

/** True for a URL whose traffic is encrypted or stays on this machine: `http:` is for loopback only. */
export function isPrivate(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || isLoopback(hostname);
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

const mostKeys = 10;

/** Distinct keys of 32 bytes or more, the first one in force first. */
export const SecretKeys = z.string().transform((text, context): [string, ...string[]] => {
  const [first = "", ...others] = text.split(",");
  const keys: [string, ...string[]] = [first, ...others];
  if (keys.length <= mostKeys && keys.every(isLong) && new Set(keys).size === keys.length) return keys;
  const several = `, or 1 to ${mostKeys} such keys, each another, separated by commas`;
  context.addIssue(`must hold at least 32 random bytes in base64 or hex: openssl rand -base64 32${several}`);
  return z.NEVER;
});

/** True if a key is long enough for 32 bytes: 64 characters in hex, 43 in base64. */
function isLong(key: string): boolean {
  return /^\S+$/.test(key) && key.length >= (/^[0-9a-f]+$/i.test(key) ? 64 : 43);
}

/** Secrets by which others sign their calls, each of which is accepted. */
export type WebhookSecrets = { readonly secrets: readonly string[] };
/** One secret of 16 characters or more, or several for the time in which it is exchanged. */
export const WebhookSecrets = z.string().transform((text, context): WebhookSecrets => {
  const secrets = text.split(",").map((one) => one.trim());
  if (secrets.length <= mostKeys && secrets.every((one) => one.length >= 16)) return { secrets };
  context.addIssue(`must be 1 to ${mostKeys} secrets of 16 characters or more, separated by commas`);
  return z.NEVER;
});

/** The address to which errors are reported, and the key that goes with them. */
export type Dsn = { url: string; key: string };

/** Reads `https://key@host/project`; undefined for anything else. */
export function toDsn(value: string): Dsn | undefined {
  const [, protocol, key = "", host, path = "", project] =
    /^(https?):\/\/(\w{1,64})(?::\w*)?@([^/?#@\s]+)((?:\/[\w.-]+)*)\/(\d{1,20})\/?$/.exec(value) ?? [];
  return project === undefined ? undefined : { url: `${protocol}://${host}${path}/api/${project}/envelope/`, key };
}
