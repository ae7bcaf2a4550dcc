/** Who may call an endpoint: anybody, a signed-in user, or an admin. */
export type Access = "public" | "user" | "admin";

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
