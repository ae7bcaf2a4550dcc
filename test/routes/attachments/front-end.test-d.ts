/** Compiled by `npm run types`: a list below an item needs the item's id, and an upload is a file. */
import { createClient, fileBody, pages } from "../../../client/src/index.ts";
import { infinite, mutation } from "../../../client/src/tanstack.ts";

const path = "/api/v1/items/{item_id}/attachments";
const client = createClient({ baseUrl: "https://api.example.com" });
const params = { path: { item_id: "x" }, query: { name: "Plan.pdf" } };

export async function page(file: File): Promise<number> {
  // @ts-expect-error: the id is missing
  await pages(client, path).next();
  // @ts-expect-error: the parameters with the id are missing
  await pages(client, path, {}).next();
  // @ts-expect-error: the id is missing
  infinite(client, path);
  infinite(client, path, { params: { path: params.path } });
  for await (const { size } of pages(client, path, { params: { path: params.path, query: { limit: 2 } } })) return size;
  // @ts-expect-error: a text is no file
  await client.POST(path, { params, body: "x" });
  return (await mutation(client, "post", path).mutationFn({ params, ...fileBody(file) })).size;
}
