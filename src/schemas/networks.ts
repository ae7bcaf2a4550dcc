import { isIP } from "node:net";

/** True for an address, or a network in CIDR notation, such as 10.0.0.0/8. */
export function isNetwork(text: string): boolean {
  const [, address = "", prefix = ""] = /^([^/%]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return bits >= 0 && Number(prefix) <= bits;
}
