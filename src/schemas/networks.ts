import { isIP } from "node:net";

/** The first 96 bits of an IPv4 address in the form of IPv6 (RFC 4291, section 2.5.5.2). */
const mapped = 0xffffn;

/**
 * The one text of an address or of a network in CIDR notation, such as 10.0.0.0/8: in small letters, shortened (RFC 5952),
 * without the bits behind the prefix, and IPv4 in the form of IPv6 as IPv4. Undefined for anything else.
 */
export function networkIn(text: string): string | undefined {
  const [, address = "", given] = /^([^/%]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  const prefix = Number(given ?? bits);
  if (bits === undefined || prefix > bits) return undefined;
  if (bits === 32) return `${dotted(masked(numberOf(address.split("."), 10, 8n), 32 - prefix))}/${prefix}`;
  const value = numberOf(groupsOf(address), 16, 16n);
  if (value >> 32n !== mapped) return `${shortened(masked(value, 128 - prefix))}/${prefix}`;
  // A wider network holds no IPv4 client, as its notation promises: they come by their own addresses.
  return prefix < 96 ? undefined : `${dotted(masked(value & 0xffff_ffffn, 128 - prefix))}/${prefix - 96}`;
}

function masked(value: bigint, hostBits: number): bigint {
  return (value >> BigInt(hostBits)) << BigInt(hostBits);
}

function numberOf(parts: readonly string[], radix: number, bits: bigint): bigint {
  return parts.reduce((value, part) => (value << bits) | BigInt(Number.parseInt(part, radix)), 0n);
}

function dotted(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
}

/** The eight groups of an IPv6 address, whose last two may be an IPv4 address. */
function groupsOf(address: string): string[] {
  const [head = [], tail] = address.split("::").map((side) => side.split(":").flatMap(inHex));
  return tail ? [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail] : head;
}

function inHex(group: string): string[] {
  if (!group.includes(".")) return group === "" ? [] : [group];
  const value = numberOf(group.split("."), 10, 8n);
  return [(value >> 16n).toString(16), (value & 0xffffn).toString(16)];
}

function shortened(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  // The URL standard shortens the host of an address by the same rules.
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
