/** A UUID as text, from its 32 hexadecimal digits. */
export function uuidOf(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 32 hexadecimal digits of a UUID, in lower case. */
export function hexOf(uuid: string): string {
  return uuid.replaceAll("-", "").toLowerCase();
}
