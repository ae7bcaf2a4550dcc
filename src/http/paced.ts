import type { Context } from "hono";
import type { AppEnv, Variables } from "../context/types.ts";
import { type ApiError, errorTable, explain, toApiError } from "../errors.ts";
import type { Caller } from "../security/caller.ts";

/** Any endpoint: an organization's key and an anonymous caller have no user. */
export type AnyEnv = AppEnv & { Variables: Variables & { user?: Caller } };

/** The end of an answer that fails: the message of its line in the log, and its last text, without which it breaks off. */
type Ending = { message: string; farewell?: (error: ApiError) => string };

/** Streams texts at the reader's pace, none of them made before it is read. The source ends when the reader has gone. */
export function inPaceOfReader<Env extends AnyEnv>(
  c: Context<Env>,
  texts: AsyncGenerator<string>,
  { message, farewell }: Ending,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const { log, policy, user, apiKeyId } = c.var;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          let next = await texts.next();
          // An empty chunk would end a chunked body.
          while (next.value === "") next = await texts.next();
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
        }
      },
      async cancel() {
        await texts.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
