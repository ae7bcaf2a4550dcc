import type { ErrorCode, ProblemShape } from "../errors.ts";
import type { ResponseHeader } from "../http/headers.ts";
import { isPermission, isRole, type OrganizationRole, type Permission } from "../permissions.ts";
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
  member: {
    who: "a member of the organization",
    signedIn: true,
    rate: "user",
    errors: ["not_authenticated", "invalid_token", "not_found", "permission_required"],
    security: ["password", "bearer"],
  },
} as const satisfies Record<string, AccessEntry>;

/** The words of `access`. */
export type AccessWord = keyof typeof accessTable;
/** A member of the organization in the path who has this permission, or all permissions of this role. */
export type MemberAccess = { member: OrganizationRole | Permission };
export type Access = Exclude<AccessWord, "member"> | MemberAccess;
/** The word of an `access`. */
export type WordOf<A extends Access> = A extends MemberAccess ? "member" : A & AccessWord;
/** The accesses of callers whom a token identifies. */
export type SignedIn = Exclude<Access, "public">;

/** The path of an organization, below which `{ member }` is for. */
export const organizationPath = "/organizations/{organization_id}";

/** The word of this access. Undefined for one that got past the compiler. */
export function wordOf(access: Access): AccessWord | undefined {
  if (typeof access === "object") return isRole(access.member) || isPermission(access.member) ? "member" : undefined;
  const word: string = access;
  return word !== "member" && Object.hasOwn(accessTable, word) ? access : undefined;
}

/** The consequences of a word. An unknown one gets the strictest, although createApp refuses it. */
export function consequencesOf(access: Access): AccessEntry {
  return accessTable[wordOf(access) ?? "admin"];
}

/** Says who may call, as a noun. */
export function whoMay(access: Access): string {
  const { who } = consequencesOf(access);
  return typeof access === "object" && access.member !== "member" ? `${who} with ${wantedIn(access)}` : who;
}

/** Names the role or the permission that a member needs. */
export function wantedIn({ member }: MemberAccess): string {
  return isRole(member) ? `the role ${member}` : `the permission ${member}`;
}

/** The callers of an endpoint that admits keys. */
export const keyCallers = ["user", "key"] as const;

/** The permission that a key needs where `{ member }` names it. */
export function permissionIn(access: Access): Permission | undefined {
  return typeof access === "object" && isPermission(access.member) ? access.member : undefined;
}

/** True for an access that asks for a caller, whose guard each statement has. */
export function isSignedIn(access: Access): access is SignedIn {
  return consequencesOf(access).signedIn;
}

/** A time in minutes, hours or days: `10m`. */
export type Period = `${number}${"m" | "h" | "d"}`;

/** The seconds of a period. NaN for anything else. */
export function secondsIn(period: Period): number {
  const [, count, unit] = /^(\d+)([mhd])$/.exec(period) ?? [];
  return Number(count) * { m: 60, h: 3_600, d: 86_400 }[unit as "m" | "h" | "d"];
}

type RateTerms = {
  limit: number;
  period: 10 | 60;
  /** Makes its requests `bulk`, which a busy isolate refuses first: they read or write many rows, or hash a password. */
  isBulk?: true;
};

/**
 * Calls per period in seconds, at each Cloudflare location, as in wrangler.toml. A user has one budget for all
 * endpoints of a class. Anonymous calls count per endpoint, so that callers behind one address do not block each other.
 */
export const rateClasses = {
  public: { limit: 600, period: 60 },
  user: { limit: 600, period: 60 },
  /** All keys of one owner together, in place of `user`. */
  key: { limit: 600, period: 60 },
  /** Each checks a password at the cost of a hash. src/services/passwords.ts bounds wrong ones more strictly. */
  sign_in: { limit: 300, period: 60, isBulk: true },
  /** Each makes an account or sends a mail, for a caller not yet known. */
  sign_up: { limit: 30, period: 60, isBulk: true },
  /** Each carries a token that only we issue, and is counted by it: others behind the address cannot use it up. */
  token: { limit: 600, period: 60 },
  /** Each reads or writes many rows. */
  heavy: { limit: 60, period: 60, isBulk: true },
} as const satisfies Record<string, RateTerms>;

export type RateClass = keyof typeof rateClasses;

/** The part of an isolate's places that requests of each kind may fill. Those with less are refused first. */
export const shares = {
  read: 1,
  write: 0.9,
  /** Those of {@link bulkRates}. */
  bulk: 0.8,
} as const;
export type WorkKind = keyof typeof shares;

/** The rate classes whose requests are `bulk`. */
export const bulkRates: readonly RateClass[] = Object.entries<RateTerms>(rateClasses).flatMap(([rate, { isBulk }]) =>
  // The keys of a constant.
  isBulk ? [rate as RateClass] : [],
);

/**
 * The policy for the calls of keys, which spare the budget of their owner. A stricter class is shared with the owner.
 */
export function keyRate(policy: Policy): Policy {
  return policy.rate === "user" ? { ...policy, rate: "key" } : policy;
}

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
 * The proof that a sensitive change takes: an access token, also that of an admin; one of a session in which the
 * password was proved lately; a refresh token already replaced; the current password; the token of a mailed link; or
 * shell access, for a command.
 */
export type Proof =
  | "access_token"
  | "fresh_password"
  | "admin"
  | "refresh_token"
  | "password"
  | "mailed_link"
  | "command_line";

/** The isolation levels of PostgreSQL that differ. */
export const isolations = ["read committed", "repeatable read", "serializable"] as const;

/** The meaning of `transaction` in a contract. */
export type TransactionTerms = {
  /** `read committed` by default. */
  isolation?: (typeof isolations)[number];
  /**
   * The further attempts after a serialization failure or a deadlock, each of which runs the work anew; none by
   * default.
   */
  retries?: number;
};

/** An endpoint as the stages of a request read it: words as they are declared, and what follows from others. */
export type Policy = ProblemShape & {
  operationId: string;
  access: Access;
  /** Counts a call by this token, in the class `token`; without one, by its network, in `rate`. */
  carries?: Carried;
  /** The whole path. */
  path: string;
  /** The seconds since which the caller must have proved the password. */
  fresh: number | undefined;
  /** The permission that a key needs. Undefined if it admits none. */
  permission: Permission | undefined;
  /** Undefined if calls are not counted. */
  rate: RateClass | undefined;
  /** Its kind of work. Undefined if it is never refused. */
  work: WorkKind | undefined;
  /** Leaves its ordinary answers out of the log. */
  quiet?: true;
  /** The headers that tell clients to leave it. */
  deprecation: readonly [ResponseHeader, string][];
  /** The round trips of all attempts together. */
  roundTrips: number;
  /** The largest body that it takes. */
  maxBytes: number;
  /** The sensitive changes that it can make, each with its proof. */
  changes: { readonly [Kind in AuditKind]?: Proof };
};
