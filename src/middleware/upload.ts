import type { MiddlewareHandler } from "hono";
import type { AppEnv, UploadEnv } from "../context/types.ts";
import type { Uploading } from "../endpoint/contract.ts";
import { ApiError, tooLarge } from "../errors.ts";

/**
 * Puts the body on `c.var.upload`, as it arrives. Ends the stream, and the request with 413, 408 or 400, if the body is
 * too long, late or incomplete, whatever the handler made of it.
 */
export function receiveUpload({ seconds }: Uploading, maxBytes: number): MiddlewareHandler<AppEnv & UploadEnv> {
  return async (c, next) => {
    const length = c.req.header("Content-Length");
    const size = /^\d+$/.test(length ?? "") ? Number(length) : undefined;
    if (size !== undefined && size > maxBytes) throw tooLarge(maxBytes);

    let failure: ApiError | undefined;
    const body = c.req.raw.body ?? new Blob([]).stream();
    const arriving = bounded(body, { size, maxBytes, seconds }, (error) => {
      failure = error;
    });
    // Keeps a length that is known, which storage such as R2 asks for.
    const stream = size === undefined ? arriving : arriving.pipeThrough(new FixedLengthStream(size));
    const type = c.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase() ?? "";
    c.set("upload", { type, size, stream });
    await next();
    if (failure) throw failure;
  };
}

/** The same body, read no faster than its reader, which ends with an error at each bound. */
function bounded(
  body: ReadableStream<Uint8Array>,
  { size, maxBytes, seconds }: { size: number | undefined; maxBytes: number; seconds: number },
  onFailure: (error: ApiError) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const late = lateAfter(seconds);
  let seen = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await Promise.race([reader.read(), late]);
          if (done && size !== undefined && seen < size) throw incomplete();
          if (done) return controller.close();
          seen += value.byteLength;
          if (seen > maxBytes) throw tooLarge(maxBytes);
          if (size !== undefined && seen > size) throw incomplete();
          controller.enqueue(value);
        } catch (thrown) {
          const error = thrown instanceof ApiError ? thrown : incomplete(thrown);
          onFailure(error);
          controller.error(error);
          // The rest is not awaited: it may never come.
          reader.cancel(error).catch(() => undefined);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function lateAfter(seconds: number): Promise<never> {
  const late = new Promise<never>((_resolve, reject) => {
    const refuse = () => reject(new ApiError("request_timeout"));
    AbortSignal.timeout(seconds * 1_000).addEventListener("abort", refuse);
  });
  // Nobody waits for it once the body is there.
  late.catch(() => undefined);
  return late;
}

function incomplete(cause?: unknown): ApiError {
  return new ApiError("bad_request", { detail: "The body was incomplete, or longer than announced.", cause });
}
