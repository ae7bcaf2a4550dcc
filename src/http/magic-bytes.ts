/**
 * The first bytes of files by media type, from the MIME Sniffing Standard (https://mimesniff.spec.whatwg.org/#matching-a-mime-type-pattern),
 * in hex; `..` is any byte. Libraries know hundreds of types, for 4 to 30 KB of the bundle, and guess where these decide.
 */
const signatures = {
  "application/pdf": ["255044462d"],
  "application/zip": ["504b0304"],
  "image/gif": ["474946383761", "474946383961"],
  "image/jpeg": ["ffd8ff"],
  "image/png": ["89504e470d0a1a0a"],
  "image/webp": ["52494646........57454250"],
  "video/webm": ["1a45dfa3"],
} as const satisfies Record<string, readonly string[]>;

/** A media type that the first bytes of a file prove. */
export type KnownType = keyof typeof signatures;

export const knownTypes = Object.keys(signatures) as readonly KnownType[];

/** The number of bytes that any signature takes. */
export const longestSignature = Math.max(...Object.values(signatures).flatMap((all) => all.map(bytesIn)));

/** The media type of a file by its first bytes, if it is a known one. */
export function typeOfBytes(head: Uint8Array): KnownType | undefined {
  const hex = Buffer.from(head.subarray(0, longestSignature)).toString("hex");
  return knownTypes.find((type) => signatures[type].some((one) => new RegExp(`^${one}`).test(hex)));
}

/** The shortest beginning of a file of this type, for examples. */
export function beginningOf(type: KnownType): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(signatures[type][0].replaceAll(".", "0"), "hex"));
}

function bytesIn(signature: string): number {
  return signature.length / 2;
}
