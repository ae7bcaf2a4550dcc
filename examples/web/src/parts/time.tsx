const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const ago = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const units = [
  ["day", 24 * 60 * 60],
  ["hour", 60 * 60],
  ["minute", 60],
] as const;

/** A moment: how long ago if that is recent, and the date otherwise. */
export function Time({ at }: { at: string }) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={full.format(date)}>
      {spoken(date)}
    </time>
  );
}

function spoken(date: Date): string {
  const seconds = (date.getTime() - Date.now()) / 1_000;
  const size = Math.abs(seconds);
  if (size > 7 * 24 * 60 * 60) return full.format(date);
  const [unit, length] = units.find(([, one]) => size >= one) ?? [];
  return unit === undefined ? "just now" : ago.format(Math.round(seconds / length), unit);
}
