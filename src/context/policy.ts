import type { ErrorCode, ProblemShape } from "../errors.ts";
import type { ResponseHeader } from "../http/headers.ts";
import type { AuditKind } from "../values.ts";

type AccessEntry = {
  who: string;
  /** True if a handler finds its caller on `c.var.user`. */
  signedIn: boolean;
  /** Its rate class, unless the endpoint names another. */
  rate: RateClass;
  errors: readonly ErrorCode[];
  /** The security schemes of the document, by name. */
  security: readonly ("password" | "bearer")[];
};

/**
 * Every word of `access`, with its consequences. A new word does not compile before it has a guard in
 * src/middleware/authenticate.ts.
 */
export const accessTable = {
  public: { who: "anybody", signedIn: false, rate: "public", errors: [], security: [] },
  user: {
    who: "a signed-in user",
    signedIn: true,
    rate: "user",
    errors: ["not_authenticated", "invalid_token"],
    security: ["password", "bearer"],
  },
  admin: {
    who: "an admin",
    signedIn: true,
    rate: "user",
    errors: ["not_authenticated", "invalid_token", "forbidden"],
    security: ["password", "bearer"],
  },
} as const satisfies Record<string, AccessEntry>;

export type Access = keyof typeof accessTable;
/** The words for callers whom a token identifies. */
export type SignedIn = { [A in Access]: (typeof accessTable)[A]["signedIn"] extends true ? A : never }[Access];

/** The consequences of a word. An unknown one gets the strictest, although createApp refuses it. */
export function consequencesOf(access: Access): AccessEntry {
  return Object.hasOwn(accessTable, access) ? accessTable[access] : accessTable.admin;
}

export function isSignedIn(access: Access): access is SignedIn {
  return consequencesOf(access).signedIn;
}

/**
 * Calls per period in seconds, at each Cloudflare location, as in wrangler.toml. A user has one budget for all
 * endpoints of a class. Anonymous calls count per endpoint, so that callers behind one address do not block each other.
 */
export const rateClasses = {
  public: { limit: 600, period: 60 },
  user: { limit: 600, period: 60 },
  /** Each checks a password at the cost of a hash. src/services/passwords.ts bounds wrong ones more strictly. */
  sign_in: { limit: 300, period: 60 },
  /** Each makes an account or sends a mail, for a caller not yet known. */
  sign_up: { limit: 30, period: 60 },
  /** Each carries a token that only we issue, and is counted by it: others behind the address cannot use it up. */
  token: { limit: 600, period: 60 },
  /** Each reads or writes many rows. */
  heavy: { limit: 60, period: 60 },
} as const satisfies Record<string, { limit: number; period: 10 | 60 }>;

export type RateClass = keyof typeof rateClasses;

/** The largest body of an endpoint that does not declare its own: 1 MiB. */
export const usualBytes = 1_048_576;

/** The seconds that a body may take to arrive, unless its endpoint declares others. */
export const usualSeconds = 300;

/**
 * The sealed tokens that a call may carry, each with its field of the body. A `refresh_grant` carries one only if
 * `grant_type` says so; a `session_token` is of either kind; a refresh token may also come by cookie.
 */
export const carriedTokens = {
  refresh_token: "refresh_token",
  refresh_grant: "refresh_token",
  session_token: "token",
  mailed_token: "token",
} as const;
export type Carried = keyof typeof carriedTokens;

/**
 * The proof that a sensitive change takes: an access token, also that of an admin; a refresh token already replaced;
 * the current password; the token of a mailed link; or shell access, for a command.
 */
export type Proof = "access_token" | "admin" | "refresh_token" | "password" | "mailed_link" | "command_line";

/** The isolation levels of PostgreSQL that differ. */
export const isolations = ["read committed", "repeatable read", "serializable"] as const;

/** The meaning of `transaction` in a contract. */
export type TransactionTerms = {
  /** `read committed` by default. */
  isolation?: (typeof isolations)[number];
  /** The further attempts after a serialization failure or a deadlock, each of which runs the work anew; none by default. */
  retries?: number;
};

/** The parts of an endpoint that the middleware reads. */
export type Policy = ProblemShape & {
  operationId: string;
  path: string;
  access: Access;
  /** Absent if calls are not counted. */
  rate?: RateClass;
  /** Counts a call by this token, in the class `token`; without one, by its network, in `rate`. */
  carries?: Carried;
  /** True if anybody may keep and see its 200. */
  cached: boolean;
  /** The headers that tell clients to leave it. */
  deprecation?: readonly [ResponseHeader, string][];
  roundTrips: number;
  /** The largest body that it takes. */
  maxBytes: number;
  /** The sensitive changes that it can make, each with its proof. */
  changes: { readonly [Kind in AuditKind]?: Proof };
};
