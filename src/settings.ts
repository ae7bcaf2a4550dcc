import { z } from "@hono/zod-openapi";
import { Algorithm, isFor, SigningKeys } from "./security/signing-keys.ts";
import type { TokenPolicy } from "./security/tokens.ts";

const placeholder = /change.?me|placeholder|replace.?(me|this)|example|your.?secret|insecure|development/i;

const Origins = z
  .string()
  .default("")
  .transform((list) =>
    list
      .split(",")
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ""),
  )
  .pipe(
    z.array(z.string().refine(isOrigin, "must be exact origins such as https://app.example.com, separated by commas")),
  );

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max));

const SettingsSchema = z
  .object({
    /** `development` relaxes only what a developer's machine needs. */
    ENVIRONMENT: z.enum(["development", "test", "staging", "production"]),
    PROJECT_NAME: z.string().min(1).max(100).default("Plinth"),
    VERSION: z.string().min(1).max(50).default("1.0.0"),
    /** `postgresql://user:password@host/database`. */
    DATABASE_URL: z.string().refine(isPostgresUrl, "must be postgresql://user:password@host/database"),
    /** Where Neon's SQL over HTTP is spoken, when that is not the host of `DATABASE_URL`: on a developer's machine. */
    NEON_FETCH_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
    /** Milliseconds that one round trip to the database may take. */
    DATABASE_TIMEOUT_MS: wholeNumber(100, 30_000).default(5_000),
    SECRET_KEY: z
      .string()
      .refine((key) => entropyBits(key) >= 256, "must hold at least 32 random bytes: openssl rand -base64 32"),
    /** `iss` and `aud` of the access tokens: another value refuses all that were issued before. */
    JWT_ISSUER: z.string().min(1).max(200).default("plinth"),
    JWT_AUDIENCE: z.string().min(1).max(200).default("plinth-api"),
    ALGORITHM: Algorithm.default("HS256"),
    /** Private JWKs: the first signs access tokens, all verify them. For HS256 one is derived where there are none. */
    SIGNING_KEYS: SigningKeys.optional(),
    ACCESS_TOKEN_EXPIRE_MINUTES: wholeNumber(1, 1_440).default(15),
    /** Days after which a session ends that nobody uses, and days after which any session ends. */
    SESSION_IDLE_DAYS: wholeNumber(1, 365).default(30),
    SESSION_ABSOLUTE_DAYS: wholeNumber(1, 365).default(90),
    /** Seconds in which the refresh token before the last still answers with the same successor. */
    REFRESH_GRACE_SECONDS: wholeNumber(0, 60).default(10),
    /** Days in which a deleted account can be restored, before its data is purged. */
    DELETION_GRACE_DAYS: wholeNumber(0, 365).default(30),
    /** Days in which what was deleted can be restored, before it is purged; accounts have DELETION_GRACE_DAYS. */
    RETENTION_DAYS: wholeNumber(0, 365).default(30),
    /** Whether a change must say, in `If-Match`, which version it means. */
    REQUIRE_IF_MATCH: z.stringbool().default(false),
    /** Origins whose pages may call this API from a browser. */
    ALLOWED_ORIGINS: Origins,
    /** Whether anybody may sign up. */
    SIGNUP: z.enum(["open", "closed"]).default("open"),
    /** Whether an account can sign in before its e-mail address is verified. */
    REQUIRE_VERIFIED_EMAIL: z
      .enum(["true", "false"], "must be true or false")
      .default("false")
      .transform((value) => value === "true"),
    /** The front end: mailed links lead there, whatever `Host` a request names. Without a slash at its end. */
    FRONTEND_URL: z
      .string()
      .refine(isFrontend, "must be a URL such as https://app.example.com")
      .transform((url) => url.replace(/\/$/, ""))
      .optional(),
    /** Who our mails are from. */
    MAIL_FROM: z.string().transform(toSender).refine(isSender, "must be Name <name@example.com>").optional(),
    /** How mail is sent: Resend's key, Cloudflare's `send_email` binding, or a developer's mailbox. */
    RESEND_API_KEY: z
      .string()
      .regex(/^[\w-]{8,200}$/, "must be a key of Resend")
      .optional(),
    EMAIL: z.custom<SendEmail>((value) => typeof value === "object" && value !== null).optional(),
    MAIL_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  })
  .superRefine(({ EMAIL, RESEND_API_KEY, MAIL_ENDPOINT, ...settings }, { addIssue }) => {
    const refuse = (name: string, message: string) => addIssue({ code: "custom", path: [name], message });
    const deployed = settings.ENVIRONMENT === "staging" || settings.ENVIRONMENT === "production";
    const sendsMail = EMAIL || RESEND_API_KEY || MAIL_ENDPOINT;
    if (sendsMail && !settings.FRONTEND_URL) refuse("FRONTEND_URL", "is needed where mail is sent");
    if (sendsMail && !settings.MAIL_FROM) refuse("MAIL_FROM", "is needed where mail is sent");
    if (deployed && MAIL_ENDPOINT) refuse("MAIL_ENDPOINT", "is for a developer's machine only");
    if (deployed && settings.FRONTEND_URL?.startsWith("http:")) refuse("FRONTEND_URL", "must be https");
    if (EMAIL && RESEND_API_KEY) refuse("RESEND_API_KEY", "contradicts the binding EMAIL: mail is sent one way");
    if (settings.REQUIRE_VERIFIED_EMAIL && !sendsMail) {
      refuse("REQUIRE_VERIFIED_EMAIL", "needs a way to send mail: RESEND_API_KEY or the binding EMAIL");
    }
  })
  .refine((settings) => settings.ENVIRONMENT === "development" || !placeholder.test(settings.SECRET_KEY), {
    path: ["SECRET_KEY"],
    message: "is a placeholder",
  })
  .refine(({ SESSION_IDLE_DAYS, SESSION_ABSOLUTE_DAYS }) => SESSION_IDLE_DAYS <= SESSION_ABSOLUTE_DAYS, {
    path: ["SESSION_IDLE_DAYS"],
    message: "must not exceed SESSION_ABSOLUTE_DAYS",
  })
  .refine(({ ALGORITHM, SIGNING_KEYS }) => ALGORITHM === "HS256" || SIGNING_KEYS !== undefined, {
    path: ["SIGNING_KEYS"],
    message: "is missing",
  })
  .refine(({ ALGORITHM, SIGNING_KEYS = [] }) => SIGNING_KEYS.every((key) => isFor(key, ALGORITHM)), {
    path: ["SIGNING_KEYS"],
    message: "must hold keys for ALGORITHM only",
  });

/** Every name that is read from the bindings. */
export const settingNames: readonly string[] = Object.keys(SettingsSchema.shape);

export type Settings = z.output<typeof SettingsSchema>;
/** Who mails are from. */
export type Sender = { name: string; email: string };
/** The bindings of the Worker, as the platform hands them over: unchecked. */
export type Bindings = Record<string, unknown>;

/** Thrown by {@link settingsFrom}; `problems` names each setting and its rule, never its value. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: string[];

  constructor(problems: string[]) {
    super(problems.join("; "));
    this.problems = problems;
  }
}

/** One entry per isolate: the platform hands every request of an isolate the same bindings object. */
const cache = new WeakMap<Bindings, Settings | SettingsError>();

/** The checked settings, or what is wrong with them. An empty string counts as missing. */
export function settingsFrom(bindings: Bindings): Settings | SettingsError {
  const known = cache.get(bindings);
  if (known) return known;
  const result = parse(bindings);
  cache.set(bindings, result);
  return result;
}

/** The access tokens that these settings issue and accept. */
export function tokenPolicy(settings: Settings): TokenPolicy {
  return {
    issuer: settings.JWT_ISSUER,
    audience: settings.JWT_AUDIENCE,
    lifetimeSeconds: settings.ACCESS_TOKEN_EXPIRE_MINUTES * 60,
  };
}

function parse(bindings: Bindings): Settings | SettingsError {
  const present = Object.fromEntries(Object.entries(bindings).filter(([, value]) => value !== ""));
  const result = SettingsSchema.safeParse(present);
  if (result.success) return Object.freeze(result.data);
  return new SettingsError(
    result.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return name in present ? `${name} ${issue.message}` : `${name} is missing`;
    }),
  );
}

function isOrigin(value: string): boolean {
  return /^https?:\/\/[^*]+$/.test(value) && URL.canParse(value) && new URL(value).origin === value;
}

function isFrontend(value: string): boolean {
  return /^https?:\/\/[^?#@\s]+$/.test(value) && URL.canParse(value);
}

/** Reads `Name <address>`, or an address alone. */
function toSender(value: string): Sender {
  const [, name = "", email = value] = /^([^<>"\p{Cc}]{1,100}) <([^<>]+)>$/u.exec(value) ?? [];
  return { name: name || email, email };
}

function isSender({ email }: Sender): boolean {
  return z.email().safeParse(email).success;
}

function isPostgresUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return /^postgres(ql)?:$/.test(url.protocol) && url.username !== "" && url.hostname !== "" && url.pathname.length > 1;
}

/** The most that a string of this length and alphabet can hold; a repeated character holds nothing. */
function entropyBits(value: string): number {
  const isHex = /^[0-9a-f]+$/i.test(value);
  const alphabet = isHex ? 16 : 64;
  // Random keys of that length practically always have more.
  if (new Set(value).size < (isHex ? 11 : 20)) return 0;
  return value.replace(/=+$/, "").length * Math.log2(alphabet);
}
