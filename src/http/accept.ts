/**
 * Picks the offered media type that `Accept` prefers (RFC 9110, section 12.5.1), and the first of equals. Undefined if it
 * accepts none.
 */
export function preferredType<const Type extends string>(
  header: string | undefined,
  offers: readonly Type[],
): Type | undefined {
  const ranges = (header ?? "").split(",").flatMap(toRange);
  const preferences = offers.map((type) => ({ type, quality: header?.trim() ? qualityOf(type, ranges) : 1 }));
  const [best] = preferences.filter(({ quality }) => quality > 0).toSorted((a, b) => b.quality - a.quality);
  return best?.type;
}

type Range = { range: string; quality: number };

/** Ignores a range that cannot be parsed. */
function toRange(text: string): Range[] {
  const [range = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter));
  const quality = weight === undefined ? "1" : weight.replace(/^q\s*=\s*/, "");
  // Old clients omit the zero.
  return /^(0?\.\d{1,3}|0\.?|1(\.0{0,3})?)$/.test(quality) ? [{ range, quality: Number(quality) }] : [];
}

/** The most specific range that contains the type decides. */
function qualityOf(type: string, ranges: Range[]): number {
  const wanted = [type, type.replace(/\/.*/, "/*"), "*/*"];
  const [decisive] = wanted.flatMap((range) => ranges.find((other) => other.range === range) ?? []);
  return decisive?.quality ?? 0;
}
