import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that systems give to connections, one of which could take a port before its server does. */
const [least, most] = [20_000, 32_000];

/** A loopback port on which nobody listens, nor on the next one, which is that of the mailbox. */
export async function freePort(attempts = 100): Promise<number> {
  const port = least + 2 * randomInt((most - least) / 2);
  const why = (await whyBusy(port)) ?? (await whyBusy(port + 1));
  if (why === undefined) return port;
  if (attempts > 1) return freePort(attempts - 1);
  throw new Error(`No loopback port is free: ${port} or the next one ${why}.`);
}

/** The reason why this loopback port cannot be used, if any. */
export async function whyBusy(port: number): Promise<string | undefined> {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    return code === "EADDRINUSE" ? "is in use by another program" : `cannot be used (${code})`;
  }
  probe.close();
  await once(probe, "close");
  return undefined;
}

/** This port, or the next one on which nobody listens. */
export async function firstFree(port: number): Promise<number> {
  return (await whyBusy(port)) === undefined ? port : firstFree(port + 1);
}
