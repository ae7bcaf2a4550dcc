import type { MiddlewareHandler } from "hono";
import { runner } from "../context/run.ts";
import type { AppEnv } from "../context/types.ts";
import { describeError } from "../log.ts";
import { sendDueMails } from "../services/mail.ts";

/**
 * Sends the mails of a request after its answer, so that the client waits for none. They are already in the outbox,
 * from which the sweep retries failures.
 */
export const sendMails: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const outbox = c.get("outbox");
  const isUndone = c.error !== undefined && c.get("audit").recorded.length === 0;
  if (outbox.length === 0 || isUndone) return;
  const { connect, settings, keys, transport, log } = c.var;
  // Round trips after the answer are not part of the request's budget.
  const db = connect(settings, { count: 0, milliseconds: 0 });
  const sending = sendDueMails({ db, run: runner(db), settings, keys, transport, log }, outbox).catch((error) =>
    log({ level: "error", message: "mail", cause: describeError(error) }),
  );
  c.executionCtx.waitUntil(sending);
};
