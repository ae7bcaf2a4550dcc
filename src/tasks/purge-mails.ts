import { Mails } from "../crud/mails.ts";
import { purge } from "../task/purge.ts";

/** Removes mails that were sent long ago. */
export const purgeMails = purge("purge-mails", ({ db, settings }, limit) =>
  Mails.purge(db, settings.MAIL_RETENTION_DAYS, limit),
);
