import { ApiKeys } from "../crud/api-keys.ts";
import { purge } from "../task/purge.ts";

/** Removes API keys that ended long ago. */
export const purgeApiKeys = purge("purge-api-keys", ({ db, settings }, limit) =>
  ApiKeys.purge(db, settings.API_KEY_RETENTION_DAYS, limit),
);
