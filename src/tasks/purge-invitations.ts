import { Invitations } from "../crud/invitations.ts";
import { purge } from "../task/purge.ts";

/** Removes invitations that ended long ago, which hold the addresses of people without an account. */
export const purgeInvitations = purge("purge-invitations", ({ db, settings }, limit) =>
  Invitations.purge(db, settings.MAIL_RETENTION_DAYS, limit),
);
