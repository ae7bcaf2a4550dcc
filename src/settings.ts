import { z } from "@hono/zod-openapi";
import { isPostgresUrl } from "./security/postgres-url.ts";
import { randomBits } from "./security/secret-strength.ts";
import { Algorithm, isFor, SigningKeys } from "./security/signing-keys.ts";
import type { TokenPolicy } from "./security/tokens.ts";
import {
  choiceOf,
  commaSeparated,
  fraction,
  integerBetween,
  isFrontend,
  isOrigin,
  isPrivate,
  isSender,
  oneOf,
  SecretKeys,
  textUpTo,
  toDsn,
  toSender,
  trueOrFalse,
  WebhookSecrets,
} from "./setting-values.ts";

/** A setting, as docs/settings.md and .dev.vars.example describe it, and the schema that reads its text. */
export type Setting<Value extends z.ZodType = z.ZodType> = {
  /** A `variable` is set in wrangler.toml, a `secret` is not, and a `binding` is not text. */
  kind: "variable" | "secret" | "binding";
  meaning: string;
  /** The deployments that must set it. If absent, it is optional. */
  needed?: string;
  /** The text used if none is given. */
  default?: string;
  example?: string;
  value: Value;
};

/** The Durable Objects of src/platform/alarm.ts. */
type Alarms = { getByName(name: string): { ringWithin(seconds: number): Promise<void> } };

/** Every setting, by the name of its binding. `npm run reference` writes the documents that list them. */
export const settingsTable = {
  ENVIRONMENT: {
    kind: "variable",
    needed: "every deployment",
    meaning:
      "The environment in which the app runs: `development`, `test`, `staging` or `production`. The first two relax rules that apply to deployed Workers only.",
    example: "development",
    value: oneOf("development", "test", "staging", "production"),
  },
  DATABASE_URL: {
    kind: "secret",
    needed: "every deployment; `npm run dev` provides a database",
    meaning: "The database, at Neon: `postgresql://user:password@host/database`.",
    example: "postgresql://user:password@host/database",
    value: z
      .string()
      .refine(
        (url) => isPostgresUrl(url) && new URL(url).username !== "",
        "must be postgresql://user:password@host/database, with no host, port, user, password or database among its parameters; a socket is written as @%2Fpath%2Fto%2Fit/database",
      ),
  },
  SECRET_KEY: {
    kind: "secret",
    needed: "every deployment; `npm run dev` makes one",
    meaning:
      "At least 32 random bytes in base64 or hex, from which every key is derived: `openssl rand -base64 32`. Or several such keys, separated by commas: the first makes, and each of them is accepted. `npm run keys:rotate -- --secret` rotates them.",
    value: SecretKeys,
  },
  ALLOWED_ORIGINS: {
    kind: "variable",
    needed: "deployments with a browser app on another origin",
    default: "",
    meaning:
      "Exact origins, separated by commas, whose pages may call the API and use its cookie. Each is `https:`; `http:` is for `localhost` in development.",
    example: "http://localhost:3000,http://localhost:5173",
    value: commaSeparated(
      z.string().refine(isOrigin, "must be exact origins such as https://app.example.com, separated by commas"),
    ),
  },
  ALLOWED_HEADERS: {
    kind: "variable",
    default: "traceparent, tracestate, baggage, sentry-trace, X-Requested-With",
    meaning:
      "Request headers, separated by commas, that those pages may send in addition to the headers that the API reads. Tracing needs the default ones: repeat them with your own.",
    value: commaSeparated(z.string().regex(/^[A-Za-z0-9-]{1,50}$/, "must be names of headers, separated by commas")),
  },
  SIGNUP: {
    kind: "variable",
    default: "open",
    meaning: "`open` lets anybody sign up, `closed` refuses with 403.",
    value: oneOf("open", "closed"),
  },
  REQUIRE_VERIFIED_EMAIL: {
    kind: "variable",
    default: "false",
    meaning: "`true` refuses sign-in until the e-mail address is verified.",
    value: trueOrFalse,
  },
  FRONTEND_URL: {
    kind: "variable",
    needed: "deployments that send mail",
    meaning:
      "The URL of the front end. Mailed links lead to its /verify-email, /confirm-email and /reset-password, with `?token=…`, and never to the `Host` of a request.",
    example: "http://localhost:3000",
    value: z
      .string()
      .refine(isFrontend, "must be a URL such as https://app.example.com")
      .transform((url) => url.replace(/\/$/, ""))
      .optional(),
  },
  MAIL_FROM: {
    kind: "variable",
    needed: "deployments that send mail",
    meaning: "The sender of mails: `Name <name@example.com>`.",
    example: "Plinth <no-reply@plinth.example>",
    value: z.string().transform(toSender).refine(isSender, "must be Name <name@example.com>").optional(),
  },
  RESEND_API_KEY: {
    kind: "secret",
    needed: "deployments that send mail by Resend",
    meaning: "The API key of Resend, for deployments that send mail there.",
    value: z
      .string()
      .regex(/^[\w-]{8,200}$/, "must be a key of Resend")
      .optional(),
  },
  MAIL: {
    kind: "variable",
    needed: "deployments without a way to send mail",
    default: "on",
    meaning:
      "`off` lets a deployed Worker run without a provider of mail: mails wait. wrangler.toml starts with `off`.",
    value: oneOf("on", "off"),
  },
  EMAIL: {
    kind: "binding",
    needed: "deployments that send mail by Cloudflare",
    meaning: "The binding that sends mail by Cloudflare; see `send_email` in wrangler.toml.",
    value: z.custom<SendEmail>((value) => typeof value === "object" && value !== null, "must be a binding").optional(),
  },
  MAIL_ENDPOINT: {
    kind: "variable",
    meaning: "The destination of mail on your own machine, set by `npm run dev` to its mailbox.",
    value: z.url({ protocol: /^https?$/, error: "must be a URL" }).optional(),
  },
  ACCESS_TOKEN_EXPIRE_MINUTES: {
    kind: "variable",
    default: "15",
    meaning: "Minutes for which an access token is valid.",
    value: integerBetween(1, 1_440),
  },
  SESSION_IDLE_DAYS: {
    kind: "variable",
    default: "30",
    meaning: "Days after which an unused session ends.",
    value: integerBetween(1, 365),
  },
  SESSION_ABSOLUTE_DAYS: {
    kind: "variable",
    default: "90",
    meaning: "Days after which any session ends.",
    value: integerBetween(1, 365),
  },
  SESSIONS_PER_USER: {
    kind: "variable",
    default: "100",
    meaning: "The number of sessions a user can have. A further sign-in ends the least recently used one.",
    value: integerBetween(1, 10_000),
  },
  REFRESH_GRACE_SECONDS: {
    kind: "variable",
    default: "10",
    meaning:
      "Seconds, 2 to 60, in which a second use of a refresh token gets the same answer: for two tabs or a retry.",
    value: integerBetween(2, 60, ": two tabs, or a retry, use the same refresh token twice"),
  },
  ALGORITHM: {
    kind: "variable",
    default: "HS256",
    meaning: "The algorithm of the access tokens: `HS256`, `EdDSA` or `ES256`.",
    value: Algorithm,
  },
  SIGNING_KEYS: {
    kind: "secret",
    needed: "deployments that sign by `EdDSA` or `ES256`",
    meaning:
      "The keys of the access tokens, a JSON array of private JWKs. The first key signs, and each of them verifies. `HS256` derives one from `SECRET_KEY` if there are none. `npm run keys:rotate` makes and rotates them.",
    example: '[{"kty":"OKP","crv":"Ed25519","kid":"…","x":"…","d":"…"}]',
    value: SigningKeys.optional(),
  },
  REQUIRE_IF_MATCH: {
    kind: "variable",
    default: "false",
    meaning: "`true` refuses a change without the version in `If-Match`.",
    value: trueOrFalse,
  },
  DELETION_GRACE_DAYS: {
    kind: "variable",
    default: "30",
    meaning: "Days in which a deleted account can be restored, before its data is purged.",
    value: integerBetween(0, 365),
  },
  RETENTION_DAYS: {
    kind: "variable",
    default: "30",
    meaning: "Days in which anything else that was deleted can be restored, before it is purged.",
    value: integerBetween(0, 365),
  },
  SESSION_RETENTION_DAYS: {
    kind: "variable",
    default: "90",
    meaning: "Days for which a session is kept after the longest time that it can last. Then it is purged.",
    value: integerBetween(0, 3_650),
  },
  MAIL_RETENTION_DAYS: {
    kind: "variable",
    default: "90",
    meaning:
      'Days for which a mail is kept, and an invitation after it has expired. A mail that still waits then, as with `MAIL = "off"`, is given up. One whose task is dead stays as long as its task.',
    value: integerBetween(1, 3_650),
  },
  AUDIT_RETENTION_DAYS: {
    kind: "variable",
    default: "400",
    meaning: "Days for which audit events are kept; `0` keeps them for ever. Only this purge can remove them.",
    value: z.union([z.literal("0").transform(() => 0), integerBetween(30, 36_500)]),
  },
  ROWS_PER_OWNER: {
    kind: "variable",
    default: "10000",
    meaning:
      "The number of rows of each resource, such as items, that a user may keep, deleted ones included until they are purged. `0` means no bound.",
    value: integerBetween(0, 1_000_000),
  },
  API_KEYS_PER_OWNER: {
    kind: "variable",
    default: "50",
    meaning:
      "The number of API keys that a user or an organization may have, expired ones included and revoked ones not.",
    value: integerBetween(0, 10_000),
  },
  API_KEY_RETENTION_DAYS: {
    kind: "variable",
    default: "90",
    meaning: "Days for which an API key is kept after it was revoked or has expired. Then it is purged.",
    value: integerBetween(0, 3_650),
  },
  ROWS_PER_ORGANIZATION: {
    kind: "variable",
    default: "100000",
    meaning:
      "The number of rows of each resource of organizations that one of them may keep, deleted ones included until they are purged. `0` means no bound.",
    value: integerBetween(0, 10_000_000),
  },
  ORGANIZATIONS_PER_USER: {
    kind: "variable",
    default: "20",
    meaning: "The number of organizations that a user may own, deleted ones included until they are purged.",
    value: integerBetween(1, 100_000),
  },
  MEMBERS_PER_ORGANIZATION: {
    kind: "variable",
    default: "1000",
    meaning: "The number of members that an organization may have.",
    value: integerBetween(1, 100_000),
  },
  INVITATIONS_PER_DAY: {
    kind: "variable",
    default: "50",
    meaning:
      "The number of invitations that an organization, and each member in all organizations together, may send in a burst, refilled over a day.",
    value: integerBetween(1, 10_000),
  },
  FILES: {
    kind: "variable",
    default: "off",
    meaning: "`on` serves the endpoints that keep files, in the bucket `BUCKET`. With `off` they are 404.",
    value: oneOf("on", "off"),
  },
  BUCKET: {
    kind: "binding",
    needed: "deployments with `FILES` on",
    meaning: "The R2 bucket for files; see `r2_buckets` in wrangler.toml.",
    value: z.custom<R2Bucket>((value) => typeof value === "object" && value !== null, "must be a binding").optional(),
  },
  FILES_MIB_PER_USER: {
    kind: "variable",
    default: "1024",
    meaning: "The MiB of files that a user may keep, deleted ones included until they are removed.",
    value: integerBetween(1, 10_000_000),
  },
  IDEMPOTENCY_KIB_PER_USER: {
    kind: "variable",
    default: "20480",
    meaning:
      "The KiB that a user may store under idempotency keys at once, and the same amount again each day. Each key takes at least one.",
    value: integerBetween(1_024, 1_048_576),
  },
  JWT_ISSUER: {
    kind: "variable",
    default: "plinth",
    meaning: "`iss` of the access tokens. A new one invalidates all earlier tokens.",
    value: textUpTo(200),
  },
  JWT_AUDIENCE: {
    kind: "variable",
    default: "plinth-api",
    meaning: "`aud` of the access tokens. A new one invalidates all earlier tokens.",
    value: textUpTo(200),
  },
  RATE_LIMITS: {
    kind: "variable",
    default: "on",
    meaning: "`off` lets a deployed Worker run without its `RATE_LIMIT_…` bindings: calls are not counted.",
    value: oneOf("on", "off"),
  },
  HASHER: {
    kind: "variable",
    default: "on",
    meaning:
      "`off` lets a deployed Worker run without the binding `PASSWORD_HASHER`: each request hashes passwords itself, without a bound on parallel work.",
    value: oneOf("on", "off"),
  },
  CACHE: {
    kind: "binding",
    meaning:
      "The KV namespace in which `cached` keeps values for all data centres; see `kv_namespaces` in wrangler.toml. Without it, each data centre has its own.",
    value: z
      .custom<KVNamespace>((value) => typeof value === "object" && value !== null, "must be a binding")
      .optional(),
  },
  TASK_QUEUE: {
    kind: "binding",
    meaning:
      "The queue that wakes tasks right after their request, on as many machines as they need; see `queues` in wrangler.toml. Without it, the Worker that answered runs them.",
    value: z.custom<Queue>((value) => typeof value === "object" && value !== null, "must be a binding").optional(),
  },
  TASK_ALARM: {
    kind: "binding",
    meaning:
      "The alarm that runs tasks when they are due, so that nothing has to ask an idle database; see `durable_objects` in wrangler.toml. Without it, `triggers` in wrangler.toml decides how late a task may run.",
    value: z.custom<Alarms>((value) => typeof value === "object" && value !== null, "must be a binding").optional(),
  },
  CF_VERSION_METADATA: {
    kind: "binding",
    meaning: "The uploaded version of the Worker, for `GET /version`; see `version_metadata` in wrangler.toml.",
    value: z
      .custom<WorkerVersionMetadata>((value) => typeof value === "object" && value !== null, "must be a binding")
      .optional(),
  },
  TASK_RETENTION_DAYS: {
    kind: "variable",
    default: "7",
    meaning: "Days for which done and cancelled tasks are kept.",
    value: integerBetween(0, 365),
  },
  DEAD_TASK_RETENTION_DAYS: {
    kind: "variable",
    default: "90",
    meaning: "Days for which a dead task is kept, for somebody to retry it.",
    value: integerBetween(1, 3_650),
  },
  SUBREQUESTS: {
    kind: "variable",
    default: "50",
    meaning:
      "The subrequests that your Cloudflare plan allows for each invocation: 50 on Free, 10000 on Paid. Tasks stop in time to stay below it, and the next run continues.",
    value: integerBetween(50, 1_000_000),
  },
  REQUESTS_PER_ISOLATE: {
    kind: "variable",
    default: "64",
    meaning:
      "The number of requests on which an isolate works at once, without those that have not called the database for `DATABASE_TIMEOUT_MS`. Further ones get 503 `overloaded`; see [under overload](deploy.md#under-overload).",
    value: integerBetween(4, 10_000),
  },
  DATABASE_TIMEOUT_MS: {
    kind: "variable",
    default: "5000",
    meaning: "Milliseconds that one round trip to the database may take before the answer is 503.",
    value: integerBetween(100, 30_000),
  },
  LOG_SAMPLING_RATE: {
    kind: "variable",
    default: "1",
    meaning:
      "The share of ordinary requests that the log has a line of, 0 to 1. Failed and slow ones always have one; see [what to watch](deploy.md#what-to-watch).",
    example: "0.1",
    value: fraction,
  },
  SENTRY_DSN: {
    kind: "secret",
    meaning:
      "The tracker to which errors are reported, by Sentry's protocol: `https://key@host/project`. Without it, the log alone tells of them; see [errors](deploy.md#errors).",
    value: z
      .string()
      .refine((text) => toDsn(text) !== undefined && isPrivate(text), "must be https://key@host/project")
      .transform(toDsn)
      .optional(),
  },
  NEON_FETCH_ENDPOINT: {
    kind: "variable",
    meaning: "The URL of Neon's SQL over HTTP, if it is not at the host of `DATABASE_URL`. `npm run dev` sets it.",
    value: z.url({ protocol: /^https?$/, error: "must be a URL" }).optional(),
  },
  DOCS: {
    kind: "variable",
    default: "on",
    meaning:
      "`off` hides the documentation page and the OpenAPI document: both are 404, and so is `/`, which otherwise redirects to the page.",
    value: oneOf("on", "off"),
  },
  PROJECT_NAME: {
    kind: "variable",
    default: "Plinth",
    meaning: "The name on the documentation page, and in mails.",
    value: textUpTo(100),
  },
  VERSION: {
    kind: "variable",
    default: "1.0.0",
    meaning: "The version on the documentation page.",
    value: textUpTo(50),
  },
} as const satisfies Record<string, Setting>;

/** Every name that is read from the bindings. */
export const settingNames: readonly string[] = Object.keys(settingsTable);

type Table = typeof settingsTable;
type Name = keyof Table;
export type Settings = { [N in Name]: z.output<Table[N]["value"]> };
/** The settings that are `on` or `off`. */
export type Switch = { [N in Name]: Settings[N] extends "on" | "off" ? N : never }[Name];

type OfWebhooks = { [N in Name]: NonNullable<Settings[N]> extends WebhookSecrets ? N : never }[Name];
/** The settings that hold secrets by which others sign their calls. */
export type SigningSecret = [OfWebhooks] extends [never]
  ? "Add a setting whose value is WebhookSecrets to src/settings.ts"
  : OfWebhooks;

/** The bindings of the Worker, as the platform hands them over: unchecked. */
export type Bindings = Record<string, unknown>;

/** The failure of {@link settingsFrom}; `problems` names each setting and its rule, never its value. */
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

/** The checked settings, or the reasons why they cannot be used. An empty string counts as missing. */
export function settingsFrom(bindings: Bindings): Settings | SettingsError {
  const known = cache.get(bindings);
  if (known) return known;
  const result = parse(bindings);
  cache.set(bindings, result);
  return result;
}

/** True if the rules for deployed Workers do not apply to an environment. False for an unknown one. */
export function isRelaxed(environment: unknown): boolean {
  return environment === "development" || environment === "test";
}

/** True if the setting is `on` or `off`. */
export function isSwitch(name: string): name is Switch {
  const { value } = new Map(Object.entries<Setting>(settingsTable)).get(name) ?? {};
  const takes = ["on", "off", "another"].map((text) => value?.safeParse(text).success);
  return takes.join() === "true,true,false";
}

/** True if the setting holds secrets by which others sign their calls. */
export function isSigningSecret(name: string): boolean {
  const { kind, value } = new Map(Object.entries<Setting>(settingsTable)).get(name) ?? {};
  return kind === "secret" && (value instanceof z.ZodOptional ? value.unwrap() : value) === WebhookSecrets;
}

/** The access tokens that these settings issue and accept. */
export function tokenPolicy(settings: Settings): TokenPolicy {
  return {
    issuer: settings.JWT_ISSUER,
    audience: settings.JWT_AUDIENCE,
    lifetimeSeconds: settings.ACCESS_TOKEN_EXPIRE_MINUTES * 60,
  };
}

const placeholder = /change.?me|placeholder|replace.?(me|this)|example|your.?secret|insecure|development/i;
const isPlaceholder = (key: string) => placeholder.test(key);
const deployed: Record<Settings["ENVIRONMENT"], boolean> = {
  development: false,
  test: false,
  staging: true,
  production: true,
};
const isDeployed = ({ ENVIRONMENT }: Settings) => deployed[ENVIRONMENT];
/** True if pages may be at this URL: plain http is acceptable on a developer's own machine only. */
const isSafe = (url: string, settings: Settings) => (isDeployed(settings) ? url.startsWith("https:") : isPrivate(url));
/** The settings that each name a provider of mail. src/mail/transports.ts does not compile without a transport for each. */
export const providerSettings = ["RESEND_API_KEY", "EMAIL"] as const;
/** The settings that each name a way to send mail. The mailbox of a developer's machine takes all mail where it is set. */
export const transportSettings = ["MAIL_ENDPOINT", ...providerSettings] as const;
/** The providers in a sentence about what is missing, or is too much. No variable is a binding, as on Node. */
export const anyProvider = choiceOf(
  providerSettings.map((name) => (settingsTable[name].kind === "binding" ? `the binding ${name}` : name)),
);
/** True if there is a way to send mail. */
export const sendsMail = (settings: Settings) => transportSettings.some((name) => settings[name] !== undefined);

/** A rule for several settings, reported under the first of `names`. Checked only if each is valid by itself. */
type Rule = { names: readonly [Name, ...Name[]]; isBroken: (settings: Settings) => boolean; says: string };

const rules: readonly Rule[] = [
  {
    names: ["SECRET_KEY", "ENVIRONMENT"],
    isBroken: ({ SECRET_KEY, ENVIRONMENT }) => ENVIRONMENT !== "development" && SECRET_KEY.some(isPlaceholder),
    says: "is a placeholder",
  },
  {
    names: ["SECRET_KEY", "ENVIRONMENT"],
    isBroken: ({ SECRET_KEY, ENVIRONMENT }) =>
      ENVIRONMENT !== "development" && SECRET_KEY.some((key) => !isPlaceholder(key) && randomBits(key) < 160),
    says: "must be random, without words, runs or repetitions: openssl rand -base64 32",
  },
  {
    names: ["ALLOWED_ORIGINS", "ENVIRONMENT"],
    isBroken: (settings) => !settings.ALLOWED_ORIGINS.every((origin) => isSafe(origin, settings)),
    says: "must be https: http is for localhost, in development",
  },
  {
    names: ["FRONTEND_URL", "ENVIRONMENT"],
    isBroken: (settings) => settings.FRONTEND_URL !== undefined && !isSafe(settings.FRONTEND_URL, settings),
    says: "must be https: http is for localhost, in development",
  },
  {
    names: ["NEON_FETCH_ENDPOINT", "ENVIRONMENT"],
    isBroken: (settings) =>
      isDeployed(settings) && settings.NEON_FETCH_ENDPOINT !== undefined && !isPrivate(settings.NEON_FETCH_ENDPOINT),
    says: "must be https: it carries the database's password",
  },
  {
    names: ["FRONTEND_URL", ...transportSettings],
    isBroken: (settings) => sendsMail(settings) && settings.FRONTEND_URL === undefined,
    says: "is missing",
  },
  {
    names: ["MAIL_FROM", ...transportSettings],
    isBroken: (settings) => sendsMail(settings) && settings.MAIL_FROM === undefined,
    says: "is missing",
  },
  {
    names: ["MAIL_ENDPOINT", "ENVIRONMENT"],
    isBroken: (settings) => isDeployed(settings) && settings.MAIL_ENDPOINT !== undefined,
    says: "is for a developer's machine only",
  },
  {
    names: ["MAIL", "ENVIRONMENT", ...transportSettings],
    isBroken: (settings) => isDeployed(settings) && settings.MAIL === "off" && sendsMail(settings),
    says: `is off, which contradicts ${anyProvider}`,
  },
  {
    names: ["MAIL", ...providerSettings],
    isBroken: (settings) => providerSettings.filter((name) => settings[name] !== undefined).length > 1,
    says: `has several ways to send: set only one of ${providerSettings.join(", ")}`,
  },
  {
    names: ["REQUIRE_VERIFIED_EMAIL", ...transportSettings],
    isBroken: (settings) => settings.REQUIRE_VERIFIED_EMAIL && !sendsMail(settings),
    says: `needs a way to send mail: ${anyProvider}`,
  },
  {
    names: ["BUCKET", "FILES"],
    isBroken: ({ BUCKET, FILES }) => FILES === "on" && BUCKET === undefined,
    says: "is missing: bind it, or set FILES to off",
  },
  {
    names: ["SESSION_IDLE_DAYS", "SESSION_ABSOLUTE_DAYS"],
    isBroken: ({ SESSION_IDLE_DAYS, SESSION_ABSOLUTE_DAYS }) => SESSION_IDLE_DAYS > SESSION_ABSOLUTE_DAYS,
    says: "must not exceed SESSION_ABSOLUTE_DAYS",
  },
  {
    names: ["SIGNING_KEYS", "ALGORITHM"],
    isBroken: ({ SIGNING_KEYS, ALGORITHM }) => ALGORITHM !== "HS256" && SIGNING_KEYS === undefined,
    says: "is missing",
  },
  {
    names: ["SIGNING_KEYS", "ALGORITHM"],
    isBroken: ({ SIGNING_KEYS = [], ALGORITHM }) => !SIGNING_KEYS.every((key) => isFor(key, ALGORITHM)),
    says: "must hold keys for ALGORITHM only",
  },
];

function parse(bindings: Bindings): Settings | SettingsError {
  const entries = Object.entries<Setting>(settingsTable);
  const read = entries.map(([name, { value, ...setting }]) => {
    const given = bindings[name] === "" ? undefined : bindings[name];
    const { data, error } = value.safeParse(given ?? setting.default);
    const problem = error && `${name} ${given === undefined ? "is missing" : error.issues[0]?.message}`;
    return { name, data, problem };
  });
  const good = read.filter(({ problem }) => problem === undefined);
  // Holds every setting that a rule reads: a rule runs only if all of its `names` are valid.
  const settings = Object.fromEntries(good.map(({ name, data }) => [name, data])) as Settings;
  const broken = rules.filter(({ names, isBroken }) => names.every((name) => name in settings) && isBroken(settings));
  const problems = [
    ...read.flatMap(({ problem }) => problem ?? []),
    ...broken.map(({ names: [name], says }) => `${name} ${says}`),
  ];
  return problems.length > 0 ? new SettingsError(problems) : Object.freeze(settings);
}
