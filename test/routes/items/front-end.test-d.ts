/** Compiled by `npm run types`: what a page gets wrong must not compile, and what the server may answer must. */
import { createClient, fieldErrors, ifMatch, pages, unwrap } from "../../../client/src/index.ts";
import { infinite, query } from "../../../client/src/tanstack.ts";

const client = createClient({ baseUrl: "https://api.example.com" });
const params = { path: { id: "x" } };

export async function page(): Promise<unknown> {
  const { data, error, response } = await client.PATCH("/api/v1/items/{id}", {
    params: { ...params, header: { "If-Match": '"1"' } },
    body: { title: "t" },
  });
  if (response.status === 503) return response.headers;
  if (error?.code === "precondition_failed") return fieldErrors(error);
  if (error?.code === "unreadable") return error.status;
  // @ts-expect-error: a code that this operation does not have
  if (error?.code === "precondition_faild") return undefined;
  // @ts-expect-error: a code of other operations
  if (error?.code === "invalid_grant") return undefined;
  // @ts-expect-error: no such field
  if (data?.titel) return undefined;
  const refused = await client.session.signIn({ username: "ada", password: "x" });
  if (refused.error?.code === "email_not_verified") return refused.error.detail;
  if (refused.error?.code === "unreadable") return refused.error.status;
  // @ts-expect-error: a code that a sign-in does not have
  if (refused.error?.code === "email_not_verifed") return undefined;
  // @ts-expect-error: no such path
  await client.GET("/api/v1/itmes");
  // @ts-expect-error: no such parameter
  await client.GET("/api/v1/items", { params: { query: { limti: 5 } } });
  const { signal: stop } = new AbortController();
  // @ts-expect-error: no such option
  await client.GET("/api/v1/items", { signale: stop });
  // @ts-expect-error: no such option beside one that is required
  await client.GET("/api/v1/items/{id}", { params, retires: 1 });
  // @ts-expect-error: no such option of a list
  await pages(client, "/api/v1/items", { signale: stop }).next();
  // @ts-expect-error: no such option of a query
  query(client, "/api/v1/items", { signale: stop });
  // @ts-expect-error: a fetch for one call, which would pass by the session and its token
  await client.GET("/api/v1/items", { fetch: (request: Request) => fetch(request) });
  // @ts-expect-error: a file is no text
  const file: string = unwrap(await client.GET("/api/v1/items/export", { parseAs: "blob", signal: stop }));
  // @ts-expect-error: no such order
  await client.GET("/api/v1/items", { params: { query: { sort: "titel" } } });
  // @ts-expect-error: no such part
  await client.GET("/api/v1/items", { params: { query: { include: ["owners"] } } });
  await client.GET("/api/v1/items", { params: { query: { include: ["owner", "total"], limit: 5, sort: "-title" } } });
  // @ts-expect-error: no such header
  const header: { "If-Match": string } = { "If-Mtach": "x" };
  await client.PATCH("/api/v1/items/{id}", { params: { ...params, header }, body: { title: "t" } });
  // @ts-expect-error: no such field in a body
  await client.POST("/api/v1/items", { body: { titel: "t" } });
  // @ts-expect-error: a body without what is required
  await client.POST("/api/v1/items", { body: {} });
  // @ts-expect-error: an id is missing
  await client.GET("/api/v1/items/{id}");
  // @ts-expect-error: no list of pages
  await pages(client, "/api/v1/users/me").next();
  // @ts-expect-error: pages set the cursor themselves
  await pages(client, "/api/v1/items", { params: { query: { cursor: "x" } } }).next();
  for await (const item of pages(client, "/api/v1/items")) ifMatch(item);
  // @ts-expect-error: a session has no version
  for await (const session of pages(client, "/api/v1/auth/sessions")) ifMatch(session);
  const title: string = (
    await query(client, "/api/v1/items/{id}", { params }).queryFn({ signal: new AbortController().signal })
  ).title;
  // @ts-expect-error: an id is missing
  query(client, "/api/v1/items/{id}");
  const { signal } = new AbortController();
  const csv: string = await query(client, "/api/v1/items/export", { parseAs: "text" }).queryFn({ signal });
  // @ts-expect-error: no such query
  infinite(client, "/api/v1/items", { params: { query: { limti: 2 } } });
  return [file, title, csv, unwrap(await client.GET("/api/v1/items")).items[0]?.etag];
}
