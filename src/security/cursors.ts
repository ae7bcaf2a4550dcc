import { keyOfMac, type MacKeys } from "./mac-keys.ts";

const macBytes = 32;

/**
 * Seals a position in a list: the last row's key, signed (HMAC-SHA-256) with the list's `scope` (name, owner and filters),
 * so that no other list accepts it. Base64url without padding.
 */
export async function sealCursor([key]: MacKeys, scope: string, position: string): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", key, message(scope, position));
  return Buffer.concat([Buffer.from(mac), Buffer.from(position)]).toString("base64url");
}

/** Opens a position that {@link sealCursor} sealed for this scope; `undefined` for anything else. */
export async function openCursor(keys: MacKeys, scope: string, cursor: string): Promise<string | undefined> {
  const bytes = Buffer.from(cursor, "base64url");
  // A lenient decoder would accept many spellings of one cursor.
  if (bytes.toString("base64url") !== cursor) return undefined;
  const position = bytes.subarray(macBytes).toString();
  const mac = new Uint8Array(bytes.subarray(0, macBytes));
  return (await keyOfMac(keys, mac, message(scope, position))) && position;
}

function message(scope: string, position: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(JSON.stringify([scope, position])));
}
