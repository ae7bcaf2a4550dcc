import type { ErrorCode, ProblemShape } from "../errors.ts";
import type { AuditKind } from "../values.ts";

type AccessEntry = {
  who: string;
  /** Whether a handler finds its caller on `c.var.user`. */
  signedIn: boolean;
  /** Its rate class, unless the endpoint names another. */
  rate: RateClass;
  errors: readonly ErrorCode[];
  /** The document's names of the ways to say who one is. */
  security: readonly ("password" | "bearer")[];
};

/**
 * Every word of `access`, with what follows from it. Its guard stands in src/middleware/authenticate.ts, without which a
 * new word does not compile.
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
/** The words of those who are known by their token. */
export type SignedIn = { [A in Access]: (typeof accessTable)[A]["signedIn"] extends true ? A : never }[Access];

/** What follows from a word; one that got past the compiler is no wider than the narrowest, and createApp refuses it. */
export function consequencesOf(access: Access): AccessEntry {
  return Object.hasOwn(accessTable, access) ? accessTable[access] : accessTable.admin;
}

export function isSignedIn(access: Access): access is SignedIn {
  return consequencesOf(access).signedIn;
}

/**
 * How many calls in so many seconds, per location of Cloudflare's; wrangler.toml has the same figures. A user is counted for
 * all endpoints of a class together. Where nobody is known each endpoint counts for itself: what others behind the same
 * address do at one endpoint refuses nobody at another.
 */
export const rateClasses = {
  public: { limit: 600, period: 60 },
  user: { limit: 600, period: 60 },
  /** Each checks a password, at the cost of a hash; wrong ones the exact throttle of src/services/passwords.ts bounds before. */
  sign_in: { limit: 300, period: 60 },
  /** Each makes an account or sends a mail, and nobody is known yet. */
  sign_up: { limit: 30, period: 60 },
  /** Each carries a token that only we can have issued, and is counted by it: no neighbour can use it up. */
  token: { limit: 600, period: 60 },
  /** Each reads or writes many rows. */
  heavy: { limit: 60, period: 60 },
} as const satisfies Record<string, { limit: number; period: 10 | 60 }>;

export type RateClass = keyof typeof rateClasses;

/**
 * The sealed tokens that a call may carry, each with its field of the body. A refresh token may also come by cookie; a call
 * that may be something else carries it as a `refresh_grant`, where `grant_type` says so; a `session_token` is of either kind.
 */
export const carriedTokens = {
  refresh_token: "refresh_token",
  refresh_grant: "refresh_token",
  session_token: "token",
  mailed_token: "token",
} as const;
export type Carried = keyof typeof carriedTokens;

/**
 * What a caller must show for a sensitive change: an access token; the role of an admin besides; a refresh token that was
 * replaced; the current password; the token of a mailed link; or access to the machine, for a command.
 */
export type Proof = "access_token" | "admin" | "refresh_token" | "password" | "mailed_link" | "command_line";

/** What the machinery may know about the endpoint that matched. */
export type Policy = ProblemShape & {
  operationId: string;
  path: string;
  access: Access;
  /** Absent where calls are not counted. */
  rate?: RateClass;
  /** A call with such a token is counted by it, in the class `token`; one without, by its network, in `rate`. */
  carries?: Carried;
  /** Whether its 200 may be kept, and shown to anybody. */
  cached: boolean;
  roundTrips: number;
  /** The sensitive changes that it can make, each by which proof. */
  changes: { readonly [Kind in AuditKind]?: Proof };
};
