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
