import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it } from "vitest";
import { freePort } from "../../../dev/local/port.ts";

it("gives a port that no connection of another program takes before the server does, and the mailbox's behind it", async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
  // Linux gives connections ports from 32768, other systems higher ones.
  expect(Math.max(...ports)).toBeLessThan(32_767);
  for (const port of ports) {
    const servers = [port, port + 1].map((one) => createServer().listen(one, "127.0.0.1"));
    await Promise.all(servers.map((server) => once(server, "listening")));
    await Promise.all(servers.map((server) => once(server.close(), "close")));
  }
});
