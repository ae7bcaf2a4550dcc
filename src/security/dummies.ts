import { mostOfRuntime } from "./foreign-hashes.ts";
import { dummyHash, dummyOf, isVerifiable } from "./passwords.ts";

/**
 * Kinds of hashes that differ in their rounds alone. A project has as many of them as it had versions of its library,
 * so that a failed attempt spends the rounds of the costliest on each account, and not those of all.
 */
type Scale = {
  /** The rounds of a kind; 0 for one of another scale. */
  roundsOf: (kind: string) => number;
  /** The kinds that take this many rounds together. */
  kindsOf: (rounds: number) => string[];
};

const bcryptCosts = Array.from({ length: 15 }, (_, cost) => cost);

const scales: readonly Scale[] = [
  {
    roundsOf: (kind) => 2 ** Number(/^[$]2[aby][$](\d\d)$/.exec(kind)?.[1] ?? Number.NEGATIVE_INFINITY),
    // A difference of two powers is the sum of those between them.
    kindsOf: (rounds) => bcryptCosts.filter((cost) => rounds & (2 ** cost)).map(bcryptKind),
  },
  {
    roundsOf: (kind) => (roundsOfPbkdf2(kind) <= mostOfRuntime ? roundsOfPbkdf2(kind) : 0),
    kindsOf: (rounds) => [`$pbkdf2-sha256$i=${rounds}`],
  },
  {
    // Slower by far, since the runtime does not help.
    roundsOf: (kind) => (roundsOfPbkdf2(kind) > mostOfRuntime ? roundsOfPbkdf2(kind) : 0),
    kindsOf: (rounds) => [`$pbkdf2-sha256$i=${rounds},script`],
  },
];

/**
 * The dummies that a failed attempt verifies besides this hash, so that time reveals neither an account's kind of hash
 * (the text before the salt) nor its existence: one for each other stored kind, or the rounds that are missing.
 */
export function dummiesBeside(phc: string, kinds: readonly string[]): string[] {
  const own = isVerifiable(phc) ? kindOf(phc) : "";
  const stored = kinds.filter((kind) => isVerifiable(dummyOf(kind)));
  const others = [kindOf(dummyHash), ...stored].filter((kind) => kind !== own && !isScaled(kind));
  const missing = scales.flatMap(({ roundsOf, kindsOf }) => {
    const rounds = Math.max(0, ...stored.map(roundsOf)) - roundsOf(own);
    return rounds > 0 ? kindsOf(rounds) : [];
  });
  return [...new Set([...others, ...missing])].map(dummyOf);
}

function isScaled(kind: string): boolean {
  return scales.some(({ roundsOf }) => roundsOf(kind) > 0);
}

function kindOf(phc: string): string {
  return /^[$][^$]*[$][^$]*/.exec(phc)?.[0] ?? "";
}

function bcryptKind(cost: number): string {
  return `$2b$${String(cost).padStart(2, "0")}`;
}

function roundsOfPbkdf2(kind: string): number {
  return Number(/^[$]pbkdf2-sha256[$]i=(\d+)$/.exec(kind)?.[1] ?? 0);
}
