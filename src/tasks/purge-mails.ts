import { Mails } from "../crud/mails.ts";
import { purge } from "../task/purge.ts";

/** Removes old mails, and gives up those that still wait. */
export const purgeMails = purge("purge-mails", ({ db, settings }, limit) =>
  Mails.purge(db, settings.MAIL_RETENTION_DAYS, limit),
);
