import { networkIn } from "../schemas/networks.ts";

/** An address in the one text that PostgreSQL and the lists of networks have of it; undefined for anything else. */
export function addressOf(given = ""): string | undefined {
  return given.includes("/") ? undefined : networkIn(given)?.replace(/\/.*$/, "");
}

/** The network of a client's address: the address itself, or for IPv6 the /64 that a provider assigns a customer. */
export function networkOf(address: string): string {
  const [plain = ""] = address.split("%");
  const read = addressOf(plain) ?? plain;
  if (!read.includes(":")) return read.slice(0, 45);
  const [head = "", tail] = read.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(missing).fill("0"), ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
