/** HMAC-SHA-256, base64url: lets texts be compared without revealing them to anybody who lacks the key. */
export async function keyedHash(key: CryptoKey, text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text))).toString("base64url");
}
