import type { Job } from "../scheduled.ts";
import { sendDueMails } from "../services/mail.ts";

/** Sends what was not sent right after its request, and tries again what failed. */
export const sweepMails: Job = { name: "send mails", run: (context) => sendDueMails(context) };
