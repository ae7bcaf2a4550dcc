import assert from "node:assert/strict";
import type { Client } from "./clients/client.ts";

/** Signs up, signs in, creates, lists, changes, is refused a stale change, and deletes: by the client alone. */
export async function travel(client: Client, name: string): Promise<void> {
  const credentials = { username: name, password: "correct horse battery" };
  const user = await client.signUp({ ...credentials, email: `${name}@example.com` });
  assert.equal(user.username, name);
  assert.ok(await client.signIn(credentials));
  const first = await client.create("First");
  await client.create("Second");
  const owner = { username: name };
  const listed = await client.list();
  assert.partialDeepStrictEqual(listed, {
    total: 2,
    items: [
      { title: "Second", owner },
      { title: "First", owner },
    ],
  });
  const changed = await client.update(first, "Changed");
  assert.partialDeepStrictEqual(changed, { id: first.id, title: "Changed" });
  assert.deepEqual(await client.update(first, "Stale"), { refused: "precondition_failed" });
  assert.ok("etag" in changed);
  await client.remove(changed);
  assert.partialDeepStrictEqual(await client.list(), { total: 1, items: [{ title: "Second" }] });
}
