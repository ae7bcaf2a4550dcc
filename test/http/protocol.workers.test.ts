/** On Workers alone: answers a client that hung up, which HTTP cannot carry. Node closes the connection. */
import { describe, expect, it } from "vitest";
import { aUser, serve } from "../harness.ts";

const user = await aUser();

describe("a body that breaks off", () => {
  it.each(["/users", "/auth/login"])("at %s is the client's fault, not ours", async (path) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"full_name": "'));
        controller.error(new Error("The client hung up"));
      },
    });
    const { post, logs } = serve();
    const answer = await post(path, { token: user.token, body, headers: { "Content-Type": "application/json" } });
    expect(answer.status).toBe(400);
    expect(logs).toMatchObject([{ level: "info", status: 400 }]);
  });
});
