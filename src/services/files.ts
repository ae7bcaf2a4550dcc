import { ApiError } from "../errors.ts";
import { type Settings, SettingsError } from "../settings.ts";

/** The bucket for files. Throws `misconfigured` without one: an endpoint that uses it has `offBy: "FILES"`. */
export function bucketOf({ BUCKET }: Settings): R2Bucket {
  if (BUCKET) return BUCKET;
  throw new ApiError("misconfigured", { cause: new SettingsError(["BUCKET is missing: bind it"]) });
}

/** Waits for the bucket. Throws `storage_unavailable` if it fails. */
export async function fromBucket<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    throw new ApiError("storage_unavailable", { cause });
  });
}
