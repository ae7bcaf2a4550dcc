import { Sessions } from "../crud/sessions.ts";
import { purge } from "../task/purge.ts";

/** Removes sessions that ended long ago. */
export const purgeSessions = purge("purge-sessions", ({ db, settings }, limit) =>
  Sessions.purge(db, settings.SESSION_ABSOLUTE_DAYS + settings.SESSION_RETENTION_DAYS, limit),
);
