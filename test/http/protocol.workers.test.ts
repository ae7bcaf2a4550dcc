/** On Workers alone: meets a client that hung up, and a body with two lengths. Node ends such a connection by itself. */
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

it("refuses a body in chunks by its own length, and not by the one that it claims (RFC 9112, section 6.3)", async () => {
  const headers = { "Content-Type": "application/json", "Transfer-Encoding": "chunked", "Content-Length": "9" };
  const body = new Blob(['{"full_name":"t"}'.padEnd(1_048_577, " ")]).stream();
  expect((await user.patch("/users/me", undefined, { headers, body })).status).toBe(413);
});
