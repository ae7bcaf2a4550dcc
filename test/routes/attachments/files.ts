import { createHash } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { attachments } from "../../../src/db/schema.ts";
import { beginningOf } from "../../../src/http/magic-bytes.ts";
import { purgeAttachments } from "../../../src/tasks/attachments/purge.ts";
import { api, aUser, db, perform, settings } from "../../harness.ts";

/** The bucket, to look into it past the API. */
export const bucket = bucketOfTests();

function bucketOfTests(): R2Bucket {
  if (!settings.BUCKET) throw new Error("wrangler.toml binds no bucket");
  return settings.BUCKET;
}

/** Bytes that begin as a PNG does. */
export function png(size = 100): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from({ length: size }, (_, i) => i % 251);
  bytes.set(beginningOf("image/png"));
  return bytes;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export type AnItem = { id: string; path: string; token: string; ownerId: string };

/** An item of a new user. */
export async function anItem(): Promise<AnItem> {
  const { token, id: ownerId } = await aUser();
  const { id } = (await api.post("/items", { token, json: { title: "t" } })).body;
  return { id, path: `/items/${id}`, token, ownerId };
}

/** Sends a file to an item. */
export function attach(
  { path, token }: Pick<AnItem, "path" | "token">,
  body: BodyInit = png(),
  {
    name = "plan.png",
    headers = {},
    app = api,
  }: { name?: string; headers?: Record<string, string>; app?: typeof api } = {},
) {
  const query = new URLSearchParams({ name });
  return app.post(`${path}/attachments?${query}`, {
    token,
    body,
    headers: { "Content-Type": "image/png", ...headers },
  });
}

/** A file that was attached to an item, or to a new one. */
export async function anAttachment({
  item,
  bytes,
  name,
}: {
  item?: AnItem;
  bytes?: Uint8Array<ArrayBuffer>;
  name?: string;
} = {}) {
  const parent = item ?? (await anItem());
  const answer = await attach(parent, bytes, name === undefined ? {} : { name });
  if (answer.status !== 201) throw new Error(answer.text);
  const { id }: { id: string } = answer.body;
  return { id, item: parent, token: parent.token, path: `${parent.path}/attachments/${id}` };
}

/** The ids of an owner's rows, and of the objects in the bucket that belong to these rows or to `ids`. */
export async function remainsOf(ownerId: string, ids: readonly string[] = []) {
  const rows = await db.select().from(attachments).where(eq(attachments.owner_id, ownerId));
  const heads = await Promise.all([...new Set([...ids, ...rows.map(({ id }) => id)])].map((id) => bucket.head(id)));
  return { rows: rows.map(({ id }) => id).toSorted(), objects: heads.flatMap((head) => head?.key ?? []).toSorted() };
}

/** Everything is a day older, and the task runs. */
export async function sweepLater(ownerId: string): Promise<void> {
  await db
    .update(attachments)
    .set({ created_at: sql`now() - interval '1 day'` })
    .where(eq(attachments.owner_id, ownerId));
  await perform(purgeAttachments);
}
