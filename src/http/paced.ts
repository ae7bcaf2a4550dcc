import type { Context } from "hono";
import type { AppEnv, Variables } from "../context/types.ts";
import { type ApiError, errorTable, explain, toApiError } from "../errors.ts";
import type { Caller } from "../security/caller.ts";

/** Any endpoint: an organization's key and an anonymous caller have no user. */
export type AnyEnv = AppEnv & { Variables: Variables & { user?: Caller } };

type Manner = {
  /** The line in the log of an answer that fails. */
  message: string;
  /** The last text of an answer that fails, without which it breaks off. */
  farewell?: (error: ApiError) => string;
  /** Said to a reader who waits for long, since proxies close a quiet connection. */
  whileQuiet?: string;
};

/** Milliseconds. The HTML standard advises about as long; Cloudflare closes after 100 s. */
const quietest = 15_000;

/** Streams texts at the reader's pace, none of them made before it is read. The source ends when the reader has gone. */
export function inPaceOfReader<Env extends AnyEnv>(
  c: Context<Env>,
  texts: AsyncGenerator<string>,
  { message, farewell, whileQuiet }: Manner,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const { log, policy, user, apiKeyId } = c.var;
  let isGone = false;
  let keepAlive: ReturnType<typeof setInterval> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (whileQuiet !== undefined)
          keepAlive = setInterval(() => {
            // One that waits to be read is enough.
            if (controller.desiredSize === 0) controller.enqueue(encoder.encode(whileQuiet));
          }, quietest);
        try {
          let next = await texts.next();
          // An empty chunk would end a chunked body.
          while (next.value === "") next = await texts.next();
          if (isGone) return;
          if (next.done) controller.close();
          else controller.enqueue(encoder.encode(next.value));
        } catch (thrown) {
          const error = toApiError(thrown);
          const caller = { ...(user && { user_id: user.id }), ...(apiKeyId && { api_key_id: apiKeyId }) };
          const level = errorTable[error.code].status >= 500 ? "error" : "warn";
          log({ level, message, operation_id: policy?.operationId, ...caller, ...explain(error) });
          // The status is already sent: without a farewell, only a broken transfer can show that the answer is incomplete.
          if (!farewell) return controller.error(new Error("The answer was broken off"));
          controller.enqueue(encoder.encode(farewell(error)));
          controller.close();
        } finally {
          clearInterval(keepAlive);
        }
      },
      async cancel() {
        isGone = true;
        clearInterval(keepAlive);
        await texts.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
