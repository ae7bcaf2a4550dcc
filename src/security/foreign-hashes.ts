import { pbkdf2Sync, timingSafeEqual } from "node:crypto";
import { argon2id } from "@noble/hashes/argon2.js";
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { sha256 } from "@noble/hashes/sha2.js";

/**
 * Bounds on the CPU and memory that an imported hash may demand: a library of today has less by default. argon2-cffi
 * takes three passes over 64 MiB, Django 1,200,000 rounds.
 */
const bounds = { iterations: 1_500_000, memoryKib: 65_536, passesKib: 3 * 65_536, lanes: 16 };

/** The rounds of PBKDF2 that Cloudflare computes: https://github.com/cloudflare/workerd/issues/1346. It has no argon2. */
export const mostOfRuntime = 100_000;

type Parsed = { salt: Buffer; hash: Buffer; derive: (password: Buffer) => Uint8Array };

/** True for a hash that {@link adopted} made of another library's, of argon2id or PBKDF2, within the bounds. */
export function isForeign(phc: string): boolean {
  return parse(phc) !== undefined;
}

/** Verifies in constant time. Takes several seconds of CPU at the bounds, in a Worker. */
export function verifyForeign(password: string, phc: string): boolean {
  const parsed = parse(phc);
  return parsed !== undefined && timingSafeEqual(parsed.derive(Buffer.from(password)), parsed.hash);
}

/** True for PBKDF2, whose HMAC gives some passwords the key of another text. */
export function hasHmac(phc: string): boolean {
  return phc.startsWith("$pbkdf2-");
}

function parse(phc: string): Parsed | undefined {
  const [, id, cost = "", encodedSalt = "", encodedHash = ""] =
    /^\$([\w-]+)\$([^$]+)\$([\w+/]+)\$([\w+/]+)$/.exec(phc) ?? [];
  const [salt, hash] = [Buffer.from(encodedSalt, "base64"), Buffer.from(encodedHash, "base64")];
  if (hash.length < 16 || hash.length > 64 || salt.length > 64) return undefined;
  const dkLen = hash.length;
  if (id === "pbkdf2-sha256") {
    const [, rounds, inScript] = /^i=(\d{1,7})(,script)?$/.exec(cost) ?? [];
    const c = Number(rounds);
    if (!(c >= 1 && c <= bounds.iterations && dkLen <= 32)) return undefined;
    const derive = (password: Buffer) =>
      c <= mostOfRuntime && inScript === undefined
        ? pbkdf2Sync(password, salt, c, dkLen, "sha256")
        : pbkdf2(sha256, password, salt, { c, dkLen });
    return { salt, hash, derive };
  }
  if (id !== "argon2id") return undefined;
  const [, m = 0, t = 0, p = 0] = (/^m=(\d{1,5}),t=(\d{1,4}),p=(\d{1,2})$/.exec(cost) ?? []).map(Number);
  const isCostly = m > bounds.memoryKib || m * t > bounds.passesKib || p > bounds.lanes;
  if (isCostly || t < 1 || p < 1 || m < 8 * p || salt.length < 8) return undefined;
  return { salt, hash, derive: (password) => argon2id(password, salt, { m, t, p, dkLen }) };
}

/** Each spelling of another library, and the PHC string that is kept: the text before its salt has all of its cost. */
const spellings: readonly [pattern: RegExp, phc: (...parts: string[]) => string][] = [
  // PHC, and Django's with a prefix. Version 19 is the only one in use.
  [/^(?:argon2)?\$argon2id\$v=19\$(.+)$/, (rest) => `$argon2id$${rest}`],
  [/^pbkdf2_sha256\$(\d+)\$([^$]+)\$([\w+/]+)=*$/, (rounds, salt, hash) => pbkdf2Phc(rounds, base64Of(salt), hash)],
  [
    /^pbkdf2:sha256:(\d+)\$([^$]+)\$([0-9a-f]+)$/,
    (rounds, salt, hash) => pbkdf2Phc(rounds, base64Of(salt), base64Of(hash, "hex")),
  ],
  // passlib spells + as a dot.
  [/^\$pbkdf2-sha256\$(\d+)\$([\w./]+)\$([\w./]+)$/, (rounds, salt, hash) => pbkdf2Phc(rounds, plus(salt), plus(hash))],
  [
    /^scrypt:(\d+):(\d+):(\d+)\$([^$]+)\$([0-9a-f]+)$/,
    (n, r, p, salt, hash) =>
      `$scrypt$ln=${Math.log2(Number(n))},r=${r},p=${p}$${base64Of(salt)}$${base64Of(hash, "hex")}`,
  ],
  [/^bcrypt(\$\$?2.+)$/, (rest = "") => rest.replace("$$", "$")],
];

/** Spells a hash of argon2-cffi, Django, passlib or Werkzeug as this project keeps it; any other text as it is. */
export function adopted(hash: string): string {
  for (const [pattern, phc] of spellings) {
    const match = pattern.exec(hash);
    if (match) return phc(...match.slice(1));
  }
  return hash;
}

function pbkdf2Phc(rounds = "", salt = "", hash = ""): string {
  return `$pbkdf2-sha256$i=${rounds}$${salt}$${hash}`;
}

function base64Of(text = "", encoding: "utf8" | "hex" = "utf8"): string {
  return Buffer.from(text, encoding).toString("base64").replace(/=+$/, "");
}

function plus(text = ""): string {
  return text.replaceAll(".", "+");
}
