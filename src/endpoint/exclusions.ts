import { isSignedIn, type SignedIn, type WordOf, wordOf } from "../context/policy.ts";
import { multipartType } from "../middleware/content-type.ts";
import { type Contract, type Words, wordsOf } from "./contract.ts";

const ranged = "a ranged answer is neither paged, versioned nor cached";
const callers = 'callers needs access: "user" or { member }: a key is neither a stranger nor an admin';
const uncounted = "an uncounted call has no rate and carries nothing";

/**
 * The words that exclude each other: each with what it cannot stand beside, and the reason. The compiler refuses them
 * by this table, and so does createApp.
 */
export const exclusions = {
  idempotent: {
    get: "a get has no effect that could be idempotent",
    public: 'a key belongs to a caller: idempotent needs access: "user"',
    changes: "a sensitive change tells its owner in the same statement, which no key can record: leave out idempotent",
    transaction: "a key is recorded with the statements of one round trip: leave out idempotent",
  },
  refersTo: {
    get: "a get has no body whose fields could refer to rows",
    public: 'rows are reached by a caller: refersTo needs access: "user"',
  },
  versioned: { public: 'a version is read and changed by a caller: versioned needs access: "user"' },
  fresh: { public: 'fresh asks a session: it needs access: "user"' },
  cached: {
    change: "only a get can be cached",
    caller: 'a cached answer is shared: it needs access: "public"',
  },
  evicts: { get: "a get changes nothing that an answer shows" },
  paged: { change: "only a get is paged" },
  batch: { public: 'a batch changes rows of a caller: it needs access: "user"' },
  ranged: { change: "only a get is ranged", paged: ranged, versioned: ranged, cached: ranged },
  version: { atRoot: "a path at the root has no version" },
  withoutSettings: {
    caller: "no token can be verified without settings",
    offBy: "no setting is known without settings",
    paged: "no cursor can be signed without settings",
    transaction: "no database is known without settings",
  },
  carries: { caller: "a user is counted, not the token that a call carries" },
  uncounted: {
    caller: 'uncounted needs access: "public"',
    rate: uncounted,
    carries: uncounted,
    asking: "uncounted needs roundTrips: 0",
  },
  permission: {
    people: "permission is for keys: name them in callers",
    member: "permission is the one that { member } names: leave it out",
  },
  callers: {
    public: callers,
    admin: callers,
    changes: "no key makes a sensitive change: leave out callers",
    fresh: "a key proves no password: leave out callers or fresh",
    unpermitted: "a key needs a permission of src/permissions.ts: add permission",
  },
  transaction: {
    unpriced: "a transaction connects, begins, asks the guard, runs statements and commits: add roundTrips",
  },
  signed: {
    caller: 'the sender is no user: signed needs access: "public"',
    carries: "signed goes without carries",
    uncounted: "signed goes without uncounted",
    oauth: "signed goes without oauth",
    withoutSettings: "signed goes without withoutSettings",
    unread: "signed needs a body that is read whole",
  },
} as const satisfies {
  readonly [Word in keyof Contract]?: { readonly [Other in Trait<Contract> | "caller" | "unpermitted"]?: string };
};
type Exclusions = typeof exclusions;

/** The words of a declaration, what follows from its `method` and `access`, and what it lacks. */
type Trait<C extends Contract> =
  | Words<C>
  | (C["method"] extends "get" ? never : "change")
  | WordOf<C["access"]>
  | (C["access"] extends SignedIn ? "caller" : never)
  | (C extends { callers: unknown } ? never : "people")
  | (C["access"] extends "user" ? (C extends { permission: unknown } ? never : "unpermitted") : never)
  | (C extends { roundTrips: 0 } ? never : "asking")
  | (C extends { roundTrips: number } ? never : "unpriced")
  | (C extends { request: { body: infer Sent } } ? (Sent extends { upload: unknown } ? "unread" : never) : "unread");

/** Each word of a contract that another one excludes, with the reason. */
export type Excluded<C extends Contract> = {
  // An object, because `true &` a text is `never`, whose message names nothing.
  [Word in keyof C & keyof Exclusions as Reasons<C, Word> extends never ? never : Word]: { reason: Reasons<C, Word> };
};
type Reasons<C extends Contract, Word extends keyof Exclusions> = Exclusions[Word][keyof Exclusions[Word] & Trait<C>];

/** The reasons of all words in a contract that exclude each other. */
export function exclusionsIn(contract: Contract): string[] {
  const traits = traitsOf(contract);
  const excluding = Object.entries(exclusions).filter(([word]) => traits.has(word));
  const reasons = excluding.flatMap(([, others]) => Object.entries(others).filter(([other]) => traits.has(other)));
  return [...new Set(reasons.map(([, reason]) => reason))];
}

function traitsOf(contract: Contract): Set<string> {
  const { method, access, callers, permission, roundTrips, request } = contract;
  const word = wordOf(access);
  const isRead = request?.body && !request.body.upload && !(multipartType in (request.body.content ?? {}));
  return new Set([
    ...wordsOf(contract),
    ...(method === "get" ? [] : ["change"]),
    ...(word ? [word] : []),
    ...(word && isSignedIn(access) ? ["caller"] : []),
    ...(callers ? [] : ["people"]),
    ...(word === "user" && permission === undefined ? ["unpermitted"] : []),
    ...(roundTrips === 0 ? [] : ["asking"]),
    ...(roundTrips === undefined ? ["unpriced"] : []),
    ...(isRead ? [] : ["unread"]),
  ]);
}
