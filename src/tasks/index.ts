import type { Task } from "../task/task.ts";
import { purgeAttachments } from "./attachments/purge.ts";
import { removeAttachment } from "./attachments/remove.ts";
import { sendMail } from "./mails/send.ts";
import { purgeApiKeys } from "./purge-api-keys.ts";
import { purgeAuditEvents } from "./purge-audit-events.ts";
import { purgeDeleted } from "./purge-deleted.ts";
import { purgeIdempotencyKeys } from "./purge-idempotency-keys.ts";
import { purgeInvitations } from "./purge-invitations.ts";
import { purgeMails } from "./purge-mails.ts";
import { purgeSessions } from "./purge-sessions.ts";
import { purgeTasks } from "./purge-tasks.ts";
import { purgeThrottles } from "./purge-throttles.ts";
import { purgeUsers } from "./purge-users.ts";

/** The tasks of this Worker: one flat list. A task that is not in it is neither enqueued nor run. */
export const allTasks: readonly Task[] = [
  sendMail,
  purgeThrottles,
  purgeIdempotencyKeys,
  ...purgeDeleted,
  purgeUsers,
  purgeSessions,
  purgeApiKeys,
  purgeInvitations,
  purgeMails,
  purgeAuditEvents,
  purgeTasks,
  purgeAttachments,
  removeAttachment,
];
