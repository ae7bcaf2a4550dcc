import { v7 as uuidv7 } from "uuid";
import type { CallerEnv, VerifiedEnv } from "../context/types.ts";
import { Attachments } from "../crud/attachments.ts";
import { notFound } from "../errors.ts";
import { bucketOf, fromBucket } from "./files.ts";

type Context = Pick<CallerEnv["Variables"], "db" | "run" | "user" | "settings"> & VerifiedEnv["Variables"];

/**
 * Stores an upload: first its row, then its object, then the digest in the row. After a crash in between, the row leads the
 * task `attachments/purge` to whatever is there. Throws `not_found`, `quota_exceeded`, `storage_unavailable`.
 */
export async function storeAttachment(context: Context, itemId: string, name: string) {
  const { db, run, user, settings, upload } = context;
  const { type, size, stream } = upload;
  const bucket = bucketOf(settings);
  const id = uuidv7();
  const room = { rows: settings.ROWS_PER_OWNER, bytes: settings.FILES_MIB_PER_USER * 2 ** 20 };
  await run(
    Attachments.requireItem(db, itemId, user),
    Attachments.lockOwner(db, itemId),
    Attachments.insert(db, { id, item_id: itemId, name, type, size }, room),
  );
  try {
    await fromBucket(bucket.put(id, stream, { httpMetadata: { contentType: type } }));
  } catch (error) {
    // The task does it if this fails, too. The object goes first, lest it outlive its row.
    await bucket
      .delete(id)
      .then(() => run(Attachments.discard(db, id)))
      .catch(() => undefined);
    throw error;
  }
  const [, [attachment]] = await run(
    Attachments.requireItem(db, itemId, user),
    Attachments.complete(db, id, upload.sha256()),
  );
  return attachment ?? notFound();
}
