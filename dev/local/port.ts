import { once } from "node:events";
import { createServer } from "node:net";

/** A loopback port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
  return address.port;
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
