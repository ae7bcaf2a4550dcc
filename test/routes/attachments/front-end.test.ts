import { expect, it } from "vitest";
import { createClient, fileBody, unwrap } from "../../../client/src/index.ts";
import { api } from "../../harness.ts";
import { anItem, png } from "./files.ts";

it("is sent by the client as the file that it is, and read as one", async () => {
  const { id: item_id, token } = await anItem();
  const file = new File([png(1_000)], "Plan +%#?é.png", { type: "image/png" });
  const client = createClient({
    baseUrl: "https://api.example.com",
    fetch: (request) => {
      request.headers.set("Authorization", `Bearer ${token}`);
      // Browsers announce the size of a file.
      request.headers.set("Content-Length", String(file.size));
      return api.fetch(request);
    },
  });
  const params = { path: { item_id }, query: { name: file.name } };
  const sent = await client.POST("/api/v1/items/{item_id}/attachments", { params, ...fileBody(file) });
  expect(sent.data).toMatchObject({ name: "Plan +%#?é.png", type: "image/png", size: 1_000 });
  const content = "/api/v1/items/{item_id}/attachments/{attachment_id}/content";
  const path = { item_id, attachment_id: unwrap(sent).id };
  const kept = unwrap(await client.GET(content, { params: { path }, parseAs: "blob" }));
  expect([kept.type, await kept.bytes()]).toStrictEqual(["image/png", png(1_000)]);
});
