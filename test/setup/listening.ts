import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Has a server listen on a port of its own. `close` ends its connections as well. */
export async function listening(server: Server): Promise<{ url: string; close: () => Promise<unknown> }> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      return closed;
    },
  };
}
