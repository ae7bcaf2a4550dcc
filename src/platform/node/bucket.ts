import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, type Stats } from "node:fs";
import { opendir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { toNodeStream, toWebStream } from "./streams.ts";

/** The part of an R2 bucket that the app uses. */
type Bucket = {
  put(key: string, body: ReadableStream<Uint8Array>): Promise<unknown>;
  get(key: string, options: { range: { offset: number; length: number } }): Promise<{ body: ReadableStream } | null>;
  head(key: string): Promise<{ key: string; size: number } | null>;
  delete(keys: string | readonly string[]): Promise<void>;
};

/**
 * Keeps files in a folder, in place of the binding `BUCKET`. A file is there whole or not at all. Every call fails while
 * the folder is gone, as with its volume: one made anew would hide the files, and take others beside them. Its first file lets
 * go of what processes left that were killed as they took one.
 */
export function bucketIn(folder: string): Bucket {
  const pathOf = (key: string) => {
    if (!/^[\w-]{1,100}$/.test(key)) throw new Error("A key is an id");
    return join(folder, key);
  };
  /** The size of a file; undefined if the folder does not have it. */
  const sizeOf = async (path: string) => (await statOf(path))?.size ?? void (await stat(folder));
  let isSwept = false;
  return {
    async put(key, body) {
      // Not waited for: a folder may have millions of files.
      if (!isSwept) void sweep(folder).catch(() => {});
      isSwept = true;
      const [path, draft] = [pathOf(key), join(folder, `.${randomUUID()}`)];
      try {
        await pipeline(toNodeStream(body), createWriteStream(draft, { flush: true }));
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    async get(key, { range: { offset, length } }) {
      const path = pathOf(key);
      if ((await sizeOf(path)) === undefined) return null;
      const stream = createReadStream(path, { start: offset, end: offset + length - 1 });
      return { body: toWebStream(stream) };
    },
    async head(key) {
      const size = await sizeOf(pathOf(key));
      return size === undefined ? null : { key, size };
    },
    async delete(keys) {
      await stat(folder);
      await Promise.all([keys].flat().map((key) => rm(pathOf(key), { force: true })));
    },
  };
}

async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

/** Milliseconds after which nobody writes a draft any more: no body takes as long. */
const longest = 86_400_000;

/** Removes old drafts. Other processes may be at work on newer ones. */
async function sweep(folder: string): Promise<void> {
  for await (const { name } of await opendir(folder)) {
    if (!/^\.[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(name)) continue;
    const found = await statOf(join(folder, name));
    if (found && Date.now() - found.mtimeMs > longest) await rm(join(folder, name), { force: true });
  }
}
