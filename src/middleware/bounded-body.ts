import { ApiError, tooLarge } from "../errors.ts";
import { inTime } from "../in-time.ts";

export type Bounds = {
  /** The size that was announced, if any. */
  size?: number | undefined;
  maxBytes: number;
  seconds: number;
  /** Sees each chunk before the reader does. */
  inspect?: ((chunk: Uint8Array, isLast: boolean) => void) | undefined;
};

/** The same body, read no faster than its reader, which ends with an error at each bound. */
export function bounded(
  body: ReadableStream<Uint8Array>,
  { size, maxBytes, seconds, inspect }: Bounds,
  onFailure: (error: ApiError) => void = () => undefined,
): ReadableStream<Uint8Array> {
  const reader = inLargeChunks(body);
  const due = Date.now() + seconds * 1_000;
  const { promise: late, reject } = Promise.withResolvers<never>();
  // Nobody waits for it once the body is there.
  late.catch(() => undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let seen = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        timer ??= setTimeout(() => reject(new ApiError("request_timeout")), due - Date.now());
        try {
          const { done, value } = await Promise.race([reader.read(), late]);
          if (done && size !== undefined && seen < size) throw incomplete();
          if (done) {
            clearTimeout(timer);
            return controller.close();
          }
          seen += value.byteLength;
          if (seen > maxBytes) throw tooLarge(maxBytes);
          if (size !== undefined && seen > size) throw incomplete();
          inspect?.(value, seen === size);
          controller.enqueue(value);
        } catch (thrown) {
          clearTimeout(timer);
          const error = thrown instanceof ApiError ? thrown : incomplete(thrown);
          onFailure(error);
          controller.error(error);
          // The rest is not awaited: it may never come.
          reader.cancel(error).catch(() => undefined);
        }
      },
      cancel(reason) {
        clearTimeout(timer);
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** The most bytes of one read. The runtime's own 4 KiB cost twice as much CPU for a large body. */
const chunkBytes = 65_536;

type Reader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">;

/** Reads a stream of bytes, as every body from the network is, in large chunks, and any other as it comes. */
function inLargeChunks(body: ReadableStream<Uint8Array>): Reader {
  try {
    const reader = body.getReader({ mode: "byob" });
    return { read: () => reader.read(new Uint8Array(chunkBytes)), cancel: (reason) => reader.cancel(reason) };
  } catch {
    return body.getReader();
  }
}

/** Waits for a body that is read as a whole. Throws `request_timeout`, and `bad_request` for one that breaks off. */
export async function whole<T>(reading: Promise<T>, seconds: number): Promise<T> {
  return inTime(reading, seconds * 1_000, () => new ApiError("request_timeout")).catch((thrown: unknown) => {
    throw thrown instanceof ApiError ? thrown : incomplete(thrown);
  });
}

/** 400: a client that hangs up is not a fault of the server. */
function incomplete(cause?: unknown): ApiError {
  return new ApiError("bad_request", { detail: "The body was incomplete, or longer than announced.", cause });
}
