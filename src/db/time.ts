/** The bounds of RFC 3339. Postgres also knows years before Christ, years of five digits, and infinity. */
const earliest = "0001-01-01T00:00:00.000Z";
const latest = "9999-12-31T23:59:59.999Z";

/**
 * Converts a `timestamptz`, as Postgres writes it in text or JSON, to RFC 3339 in UTC with milliseconds. Times outside the
 * years 1 to 9999 are clamped, so that one such row does not fail a list.
 */
export function toRfc3339(text: string): string {
  // The common case: in UTC, to the millisecond.
  const [, day, time, fraction = ""] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?(?:\+00(?::00)?|Z)$/.exec(text) ?? [];
  if (day !== undefined) return `${day}T${time}.${fraction.padEnd(3, "0")}Z`;
  if (text === "-infinity" || text.endsWith("BC")) return earliest;
  if (text === "infinity" || /^\d{5}/.test(text)) return latest;
  return fromZone(text);
}

/** For a session that is not in UTC. Offsets from before standard time have seconds. */
function fromZone(text: string): string {
  const [, date, fraction = "", sign, ...zone] =
    /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/.exec(text) ?? [];
  // A Date would be made of anything.
  if (date === undefined) throw new Error("The database's DateStyle is not ISO");
  const [hours, minutes, seconds] = zone.map((part) => Number(part ?? 0));
  const offset = ((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0);
  const local = Date.parse(`${date.replace(" ", "T")}.${fraction.slice(0, 3).padEnd(3, "0")}Z`);
  const utc = local - (sign === "-" ? -offset : offset) * 1_000;
  if (utc < Date.parse(earliest)) return earliest;
  return utc > Date.parse(latest) ? latest : new Date(utc).toISOString();
}
