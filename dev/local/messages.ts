/** A message of PostgreSQL's protocol: its type, its length and its body. */
export function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int(body.length + 4), body]);
}

/** An ErrorResponse with these fields, by their one-letter names. */
export function errorMessage(fields: Iterable<readonly [field: string, value: string]>): Buffer {
  const written = [...fields].map(([field, value]) => `${field}${value}\0`).join("");
  return message("E", Buffer.from(`${written}\0`));
}

/** A number in four bytes. */
export function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** The type of a message that PostgreSQL does not have: it tells the fault that the next statement meets. */
export const chaosType = "!";

/** A message with the name of a fault. In bytes of the platform, as a Worker may have no `Buffer`. */
export function chaosMessage(fault: string): Uint8Array {
  const name = new TextEncoder().encode(fault);
  const bytes = new Uint8Array(5 + name.length);
  bytes[0] = chaosType.charCodeAt(0);
  new DataView(bytes.buffer).setInt32(1, 4 + name.length);
  bytes.set(name, 5);
  return bytes;
}
