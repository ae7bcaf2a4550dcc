import type { Membership } from "../security/caller.ts";
import { keyedHash } from "../security/keyed-hash.ts";
import { inPatience, orNothing } from "./patience.ts";
import type { Variables } from "./types.ts";

/** A value that JSON returns as it was. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json | undefined };

/** The key names one kind of value; `per: "user"`, the default, keeps another value for each caller. */
type Own = { key: string; per?: "user" };
/** One value for the members and the keys of an organization. */
type Ours = { key: string; per: "organization" };
type Shared = { key: string; per: "everybody" };
type Entry = Own | Ours | Shared;

type Context = Partial<Pick<Variables, "apiKeyId" | "facts">> &
  Pick<Variables, "cache" | "guard" | "hasGuarded" | "keys" | "log" | "now" | "once" | "run"> &
  Pick<Variables, "settings" | "waitUntil">;
/** The context of a request, which has the owner of the value unless that is everybody's. */
type Asking<E extends Entry> = Context &
  (E extends Shared ? { user?: Caller } : E extends Ours ? { member: Membership; user?: Caller } : { user: Caller });
type Caller = { id: string };

/** The values that this isolate is putting into the cache, by their names. */
const puts = new Map<string, Promise<unknown>>();

/** The values that are being computed in this isolate, by their names; each belongs to a request that goes on. */
const flights = new Map<string, Promise<string>>();

/**
 * Answers the value that was kept for this caller, this organization or everybody in the last `seconds`, or computes it and
 * keeps it. Simultaneous calls in an isolate compute once. A kept value is shown behind the guard, in a round trip of its own.
 */
export async function cached<T extends Json, const E extends Entry>(
  context: Asking<E>,
  entry: E & { seconds: number },
  compute: () => Promise<T>,
): Promise<T> {
  const name = await nameOf(context, entry, byKey(context));
  const found = await kept(context, name);
  const others = flights.get(name);
  const known = found ?? (others && (await landed(context, others)));
  if (context.facts) context.facts.cache = known === undefined ? "miss" : "hit";
  if (known !== undefined) {
    await admit(context);
    return JSON.parse(known);
  }
  const flight = compute().then((value) => JSON.stringify(value));
  flights.set(name, flight);
  // Others wait for it, even when this request's client has gone.
  context.waitUntil(flight.catch(() => undefined));
  try {
    const text = await flight;
    // An eviction meanwhile makes it stale.
    if (flights.get(name) === flight) context.waitUntil(keep(context, name, text, entry.seconds));
    await admit(context);
    return JSON.parse(text);
  } finally {
    if (flights.get(name) === flight) flights.delete(name);
  }
}

/**
 * Forgets the value of this key, the caller's, the organization's or everybody's, in this data centre, unless another
 * isolate is just computing it. Elsewhere it lasts for its seconds.
 */
export async function evict<const E extends Entry>(context: Asking<E>, entry: E): Promise<void> {
  const both = (entry.per ?? "user") === "user" ? [false, true] : [false];
  await Promise.all(both.map(async (isByKey) => forget(context, await nameOf(context, entry, isByKey))));
}

async function forget(context: Context, name: string): Promise<void> {
  flights.delete(name);
  // Deleted before it arrives, a value would stay.
  await inPatience(Promise.resolve(puts.get(name))).catch(() => undefined);
  await orNothing(context.log, "computed", () => context.cache(context.settings).delete(name));
}

/** A name that nobody can guess or give another entry, and that differs by version and deployment. */
async function nameOf(
  { keys, settings, user, member }: Context & { user?: Caller; member?: Membership },
  { key, per = "user" }: Entry,
  isByKey: boolean,
) {
  const owner = {
    // A key has less power than its owner, such as none of an admin.
    user: user && [user.id, member?.organizationId, isByKey],
    organization: member?.organizationId,
    everybody: null,
  }[per];
  if (owner === undefined) throw new Error(`Without one, there is nothing to keep per: "${per}"`);
  return keyedHash(keys.cache, JSON.stringify([settings.VERSION, per, owner, key]));
}

function byKey({ apiKeyId }: Context): boolean {
  return apiKeyId !== undefined;
}

async function kept({ cache, settings, log, now }: Context, name: string): Promise<string | undefined> {
  return orNothing(log, "computed", async () => {
    const found = await cache(settings).get(name);
    const [until, text] = found === undefined ? [0] : (JSON.parse(found) as [number, string]);
    return now().getTime() < until ? text : undefined;
  });
}

async function keep(
  { cache, settings, log, now }: Context,
  name: string,
  text: string,
  seconds: number,
): Promise<void> {
  const until = now().getTime() + seconds * 1_000;
  const put = orNothing(log, "computed", () => cache(settings).put(name, JSON.stringify([until, text]), seconds));
  puts.set(name, put);
  await put;
  if (puts.get(name) === put) puts.delete(name);
}

/** The value of a flight, unless that fails or takes too long. */
async function landed({ settings }: Context, flight: Promise<string>): Promise<string | undefined> {
  return inPatience(flight, settings.DATABASE_TIMEOUT_MS).catch(() => undefined);
}

/** Asks the database for the caller, unless the handler already has, or will by the one `run` of an idempotent request. */
async function admit({ guard, hasGuarded, once, run }: Context): Promise<void> {
  if (guard && !once && !hasGuarded?.()) await run();
}
