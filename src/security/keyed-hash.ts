/** HMAC-SHA-256, base64url: says whether two texts are equal, and to nobody without the key what they are. */
export async function keyedHash(key: CryptoKey, text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text))).toString("base64url");
}
