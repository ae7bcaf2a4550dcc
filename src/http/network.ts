import { isIP } from "node:net";

/** An address as PostgreSQL reads it; undefined for anything else. */
export function addressOf(given: string | undefined): string | undefined {
  const [, mapped] = /^::ffff:([\d.]+)$/i.exec(given ?? "") ?? [];
  const address = mapped ?? given ?? "";
  return isIP(address) > 0 && !address.includes("%") ? address : undefined;
}

/** The network of a client's address: the address itself, or for IPv6 the /64 that a provider assigns a customer. */
export function networkOf(address: string): string {
  const [, mapped] = /^::ffff:([\d.]+)$/i.exec(address) ?? [];
  if (mapped !== undefined || !address.includes(":")) return (mapped ?? address).slice(0, 45);
  const [head = "", tail] = address.toLowerCase().split("%")[0]?.split("::") ?? [];
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(missing).fill("0"), ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
