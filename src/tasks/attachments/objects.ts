import { bucketOf } from "../../services/files.ts";
import type { Settings } from "../../settings.ts";
import { TaskError } from "../../task/task.ts";

/** Removes objects, of which some may be gone. An outage of the bucket is not the fault of the task. */
export async function deleteObjects(settings: Settings, keys: string[]): Promise<void> {
  await bucketOf(settings)
    .delete(keys)
    .catch((cause: unknown) => {
      throw new TaskError("The bucket could not be reached.", { outage: true, cause });
    });
}
