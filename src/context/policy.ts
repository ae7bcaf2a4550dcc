import type { ErrorCode } from "../errors.ts";

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
 * How many calls in so many seconds: for each user where the endpoint has one, for each client network otherwise. The
 * endpoints of a class count together, and per location of Cloudflare's. wrangler.toml has the same figures.
 */
export const rateClasses = {
  public: { limit: 600, period: 60 },
  user: { limit: 600, period: 60 },
  /** Each checks a password, at the cost of a hash; wrong ones the exact throttle of src/services/passwords.ts bounds before. */
  sign_in: { limit: 300, period: 60 },
  /** Each makes an account or sends a mail, and nobody is known by then. */
  sign_up: { limit: 30, period: 60 },
  /** Each reads or writes many rows. */
  heavy: { limit: 60, period: 60 },
} as const satisfies Record<string, { limit: number; period: 10 | 60 }>;

export type RateClass = keyof typeof rateClasses;

/** What the machinery may know about the endpoint that matched. */
export type Policy = {
  operationId: string;
  path: string;
  access: Access;
  rate: RateClass;
  /** Whether its 200 may be kept, and shown to anybody. */
  cached: boolean;
  roundTrips: number;
  oauth: boolean;
};
