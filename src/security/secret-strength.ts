/** Character orders that fingers and habits follow. */
const rows = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol",
];
/** Every pair of neighbours in these orders, in both directions. */
const neighbours = new Set(
  rows.flatMap((row) => [...row].flatMap((a, i) => [`${a}${row[i + 1]}`, `${row[i + 1]}${a}`])),
);
/** Pairs of letters that make up half of written English, and nearly as much of related languages. */
const commonPairs = new Set(
  (
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic " +
    "ne ea ra ce li ch ll be ma si om ur"
  ).split(" "),
);

/**
 * Estimates the trustworthy bits of randomness in a secret in hex or base64. Runs and repetitions add none; a pattern
 * or a text, even an encoded one, has none at all. 32 random bytes keep more than 160.
 */
export function randomBits(secret: string): number {
  const isHex = /^[0-9a-f]+$/i.test(secret);
  if (!isHex && !/^[A-Za-z0-9+/_-]+={0,2}$/.test(secret)) return 0;
  const text = secret.replace(/=+$/, "");
  const bytes = Buffer.from(text, isHex ? "hex" : "base64");
  if (isPrintable(bytes) || hasPattern(bytes) || hasPattern(Buffer.from(text)) || (!isHex && readsLikeWords(text)))
    return 0;
  if (new Set(text).size < (isHex ? 11 : 20)) return 0;
  return unpredictable(text, isHex ? { run: 6, repetition: 6 } : { run: 5, repetition: 4 }) * (isHex ? 4 : 6);
}

/** Counts the characters outside of runs and repetitions of at least these lengths. */
function unpredictable(text: string, least: { run: number; repetition: number }): number {
  let count = 0;
  for (let i = 0; i < text.length; ) {
    const [run, repetition] = [runAt(text.toLowerCase(), i), repetitionAt(text, i)];
    const length = Math.max(run >= least.run ? run : 0, repetition >= least.repetition ? repetition : 0);
    count += length === 0 ? 1 : 0;
    i += Math.max(length, 1);
  }
  return count;
}

function runAt(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && (text[end] === text[end - 1] || neighbours.has(text.slice(end - 1, end + 1)))) end += 1;
  return end - start;
}

function repetitionAt(text: string, start: number): number {
  const before = text.slice(0, start);
  let length = 0;
  while (start + length < text.length && before.includes(text.slice(start, start + length + 1))) length += 1;
  return length;
}

/** True for letters of one case, or mostly one, in the common pairs of a language: base64 mixes cases. */
function readsLikeWords(text: string): boolean {
  const letters = text.replaceAll(/[^a-z]/gi, "");
  const small = letters.replaceAll(/[A-Z]/g, "").length / letters.length;
  const pairs = [...letters.toLowerCase()].map((letter, i, all) => `${letter}${all[i + 1]}`);
  const isCommon = pairs.filter((pair) => commonPairs.has(pair)).length > 0.25 * pairs.length;
  return Math.abs(small - 0.5) > (isCommon ? 0.25 : 0.4);
}

/** True for text, once decoded. */
function isPrintable(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}

/** True if steps repeat evenly for a third of the way, from a value to one of the next four. */
function hasPattern(values: Uint8Array): boolean {
  return [1, 2, 3, 4].some((stride) => {
    const at = (i: number) => values[i] ?? 0;
    const isEven = (_: number, i: number) =>
      i >= 2 * stride && at(i) - at(i - stride) === at(i - stride) - at(i - 2 * stride);
    return values.filter(isEven).length * 3 > values.length;
  });
}
