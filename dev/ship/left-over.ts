import { counted } from "../terminal.ts";
import type { Cloudflare } from "./cloudflare.ts";
import { partMessage } from "./release.ts";

/**
 * The parts that an earlier ship has deployed, and that are none of `names`: their endpoints are gone, or the shape is another
 * one. A Worker that only has such a name is somebody else's, or another environment's.
 */
export async function leftOver(worker: string, names: readonly string[], cloudflare: Cloudflare): Promise<string[]> {
  const all = await cloudflare.workers();
  const others = all.filter((name) => name.startsWith(`${worker}-`) && !names.includes(name));
  const parts: string[] = [];
  // One after another: Cloudflare counts the calls of five minutes.
  for (const name of others) {
    const messageOf = async () => {
      const [now] = await cloudflare.traffic(name);
      return now && (await cloudflare.labelsOf(name, now.version)).message;
    };
    // One that cannot be read keeps nobody from shipping.
    if ((await messageOf().catch(() => undefined)) === partMessage(worker)) parts.push(name);
  }
  // The router calls the others, and goes before them.
  return parts.toSorted((one, other) => Number(other === `${worker}-router`) - Number(one === `${worker}-router`));
}

/** Says how to delete them. Not done here: an older version of their callers, to which one may go back, needs them. */
export function deletionText(names: readonly string[]): string {
  const told = counted(names.length, "Worker");
  return [
    `${told} of an earlier shape or endpoint ${names.length === 1 ? "stays" : "stay"} deployed. When you will not go back to a version that calls them:`,
    ...names.map((name) => `npx wrangler delete ${name}`),
  ].join("\n");
}
