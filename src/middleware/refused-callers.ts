/** Remembers recently refused credentials, so that a dead one cannot use up its owner's rate limit. */

const minute = 60 * 1000;
/** The time of the last refusal, by the id of the session or the hash of the key's secret. Emptied when it is full. */
const refused = new Map<string, number>();
const most = 10_000;

/** Notes that the database has refused a credential. */
export function noteRefusal(credential: string, at: Date): void {
  if (refused.size >= most) refused.clear();
  refused.set(credential, at.getTime());
}

/** True for a minute. The database still decides about each call. */
export function wasRefused(credential: string, at: Date): boolean {
  const last = refused.get(credential);
  if (last === undefined) return false;
  if (Math.abs(at.getTime() - last) < minute) return true;
  refused.delete(credential);
  return false;
}
