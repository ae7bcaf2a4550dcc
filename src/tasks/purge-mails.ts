import { Mails } from "../crud/mails.ts";
import { purge } from "../task/purge.ts";

/** Removes old mails that no task can send any more. */
export const purgeMails = purge("purge-mails", ({ db, settings }, limit) =>
  Mails.purge(db, settings.MAIL_RETENTION_DAYS, limit),
);
