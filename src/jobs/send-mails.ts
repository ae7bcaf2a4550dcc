import { sendDueMails } from "../services/mail.ts";
import type { Job } from "./run.ts";

/** Sends what was not sent right after its request, and tries again what failed. */
export const sweepMails: Job = { name: "send mails", run: (context) => sendDueMails(context) };
