import { calculateJwkThumbprint, importJWK } from "jose";
import { z } from "zod";

export const Algorithm = z.enum(["HS256", "EdDSA", "ES256"]);
export type Algorithm = z.output<typeof Algorithm>;

/** The keys of the access tokens: the first signs, all verify, all by one algorithm. */
export type KeyRing = {
  algorithm: Algorithm;
  signing: { kid: string; key: CryptoKey };
  verifying: ReadonlyMap<string, CryptoKey>;
  /** The public halves (RFC 7517); empty for symmetric keys. */
  published: readonly PublicJwk[];
};
export type PublicJwk = { kty: "OKP" | "EC"; crv: string; x: string; y?: string; kid: string; use: "sig"; alg: string };

const maxKeys = 10;
const common = { kid: z.string().min(1).max(100), use: z.literal("sig").optional(), alg: Algorithm.optional() };
/** 32 bytes in base64url. */
const Coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** A private key as a JWK (RFC 7518, section 6; RFC 8037 for Ed25519). */
const SigningKey = z.discriminatedUnion("kty", [
  z.object({ ...common, kty: z.literal("oct"), k: z.string().refine(isStrong) }),
  z.object({ ...common, kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: Coordinate, d: Coordinate }),
  z.object({ ...common, kty: z.literal("EC"), crv: z.literal("P-256"), x: Coordinate, y: Coordinate, d: Coordinate }),
]);
export type SigningKey = z.output<typeof SigningKey>;

const families = { HS256: "oct", EdDSA: "OKP", ES256: "EC" } as const;

/** Reads the setting, a JSON array of private JWKs. Its complaints repeat no word of it. */
export const SigningKeys = z.string().transform((text, context): SigningKey[] => {
  const keys = z.array(SigningKey).min(1).max(maxKeys).safeParse(parseJson(text));
  const isGood = keys.success && new Set(keys.data.map(({ kid }) => kid)).size === keys.data.length;
  if (isGood) return keys.data;
  context.addIssue(
    `must be a JSON array of 1 to ${maxKeys} private JWKs (oct of 32 bytes or more, Ed25519, or P-256) with distinct kids: npm run keys:rotate makes one`,
  );
  return z.NEVER;
});

/** True if this key signs by this algorithm. */
export function isFor(key: SigningKey, algorithm: Algorithm): boolean {
  return key.kty === families[algorithm] && (key.alg ?? algorithm) === algorithm;
}

/** Gives a key its `kid`: its thumbprint (RFC 7638), which never changes. */
export async function withThumbprint(key: object): Promise<SigningKey> {
  return SigningKey.parse({ ...key, kid: await calculateJwkThumbprint({ ...key }) });
}

/** Imports a ring. Rejects for an unusable key, such as one of mismatched halves. */
export async function importRing(keys: readonly SigningKey[], algorithm: Algorithm): Promise<KeyRing> {
  const imported = await Promise.all(keys.map((key) => importKey(key, algorithm)));
  const [first] = imported;
  if (!first) throw new Error("A ring has at least one key");
  return {
    algorithm,
    signing: { kid: first.kid, key: first.signing },
    verifying: new Map(imported.map(({ kid, verifying }) => [kid, verifying])),
    published: imported.flatMap(({ published }) => published ?? []),
  };
}

/** WebCrypto's names of the signature of each curve. */
const signatures: Record<Exclude<SigningKey, { kty: "oct" }>["crv"], { name: string; hash?: string }> = {
  "P-256": { name: "ECDSA", hash: "SHA-256" },
  Ed25519: { name: "Ed25519" },
};

async function importKey(key: SigningKey, algorithm: Algorithm) {
  const { kid } = key;
  if (key.kty === "oct") {
    const secret = await importSecret(key.k);
    return { kid, signing: secret, verifying: secret };
  }
  // Picks fields by name, so that nothing else can leave.
  const { kty, crv, x, d } = key;
  const published: PublicJwk = { kty, crv, x, ...(kty === "EC" && { y: key.y }), kid, use: "sig", alg: algorithm };
  const [signing, verifying] = await Promise.all([importHalf({ ...published, d }), importHalf(published)]);
  const parameters = signatures[crv];
  const sample = new Uint8Array(8);
  const signature = await crypto.subtle.sign(parameters, signing, sample);
  if (!(await crypto.subtle.verify(parameters, verifying, signature, sample))) throw new Error("Halves differ");
  return { kid, signing, verifying, published };
}

/** Imports once: jose would return bytes, and import them again at every use. */
function importSecret(k: string): Promise<CryptoKey> {
  const bytes = new Uint8Array(Buffer.from(k, "base64url"));
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

async function importHalf(jwk: PublicJwk & { d?: string }): Promise<CryptoKey> {
  const key = await importJWK(jwk, jwk.alg);
  if (key instanceof CryptoKey) return key;
  throw new Error("Not a key");
}

/** True for at least 256 bits that are not one repeated byte. */
function isStrong(k: string): boolean {
  const bytes = Buffer.from(k, "base64url");
  return /^[A-Za-z0-9_-]{43,1000}$/.test(k) && bytes.length >= 32 && new Set(bytes).size >= 8;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
