import { sendDueMails } from "../services/mail.ts";
import type { Job } from "./run.ts";

/** Sends mails that were not sent right after their request, and retries those that failed. */
export const sweepMails: Job = { name: "send mails", run: (context) => sendDueMails(context) };
