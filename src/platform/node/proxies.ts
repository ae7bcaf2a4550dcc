import type { IncomingMessage } from "node:http";
import { BlockList, isIP, type Socket } from "node:net";
import { addressOf } from "../../http/network.ts";

/** The origin of a request past the proxies in front of this server. */
export type Origin = { address: string | undefined; isSecure: boolean };

/**
 * Reads where a request came from, by the headers of trusted proxies alone. A proxy appends the address that it sees to
 * `X-Forwarded-For`, so the list is read from its end: the first address that is no trusted proxy is the client's, and
 * all before it are the client's own words.
 */
export function readOrigin(networks: readonly string[]): (incoming: IncomingMessage) => Origin {
  const trusted = listOf(networks);
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  const peers = new WeakMap<Socket, string>();
  // A connection has the same peer for all of its requests.
  const peerOf = (socket: Socket) => {
    const peer = peers.get(socket) ?? addressOf(socket.remoteAddress);
    if (peer !== undefined) peers.set(socket, peer);
    return peer;
  };
  return (incoming) => {
    const peer = peerOf(incoming.socket);
    if (peer === undefined || networks.length === 0 || !isTrusted(peer)) return { address: peer, isSecure: false };
    // Node makes these at their first reading.
    const { headersDistinct } = incoming;
    const chain = itemsOf(headersDistinct["x-forwarded-for"]).map(addressOf);
    let address: string = peer;
    while (isTrusted(address)) {
      const before = chain.pop();
      if (before === undefined) break;
      address = before;
    }
    return { address, isSecure: itemsOf(headersDistinct["x-forwarded-proto"]).at(-1) === "https" };
  };
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** The items of a list that may be in several headers. */
function itemsOf(headers: readonly string[] = []): string[] {
  return headers.flatMap((header) => header.split(",")).map((item) => item.trim());
}
