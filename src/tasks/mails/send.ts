import { z } from "zod";
import { TransportError } from "../../mail/transports.ts";
import { postMail, postOf } from "../../services/mail.ts";
import { TaskError, task } from "../../task/task.ts";
import { mailTask } from "../../values.ts";

/** Sends a mail. A trigger of the table enqueues it with each, under the mail's own id. */
export const sendMail = task(
  {
    name: mailTask,
    input: z.object({ id: z.uuid() }),
    // Ten attempts within nine hours.
    retry: { attempts: 10, firstSeconds: 60, mostSeconds: 4 * 60 * 60 },
    timeout: 20,
    canRun: (worker) => postOf(worker) !== undefined,
  },
  async (context, { id }) => {
    const fault = await postMail(context, id).catch((error: unknown) => {
      if (!(error instanceof TransportError)) throw error;
      const { message, outage, retryIn } = error;
      throw new TaskError(message, { outage, retryIn });
    });
    if (fault !== undefined) throw new TaskError(fault, { hopeless: true });
  },
);
