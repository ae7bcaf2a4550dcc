/** Keys of one purpose, by HMAC-SHA-256: the first makes a MAC, and each of them accepts one. */
export type MacKeys = readonly [CryptoKey, ...CryptoKey[]];

/** The key whose MAC of `content` this is; undefined if it is that of none. */
export async function keyOfMac(
  keys: MacKeys,
  mac: Uint8Array<ArrayBuffer>,
  content: Uint8Array<ArrayBuffer>,
): Promise<CryptoKey | undefined> {
  for (const key of keys) if (await crypto.subtle.verify("HMAC", key, mac, content)) return key;
  return undefined;
}
