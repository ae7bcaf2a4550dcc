import { mailsAtOnce, sendDueMails } from "../services/mail.ts";
import { inSteps } from "../task/steps.ts";
import { task } from "../task/task.ts";

/** Sends mails that were not sent right after their request, and retries those that failed. */
export const sendWaitingMails = task(
  // Longer than a batch takes if every mail of it times out.
  { name: "send-mails", every: { minutes: 1 }, timeout: 240 },
  async (context) => {
    const { step, mayGoOn } = context;
    let before = 0;
    const send = async () => {
      const sent = await sendDueMails({ ...context, run: step }, undefined, (more) => mayGoOn(before + more));
      before += sent;
      return sent;
    };
    return (await inSteps(context, mailsAtOnce, send)).count;
  },
);
