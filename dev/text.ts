/** Reads files as UTF-8, or fails: a lenient decoder would silently replace what it cannot read. */
import { readFile } from "node:fs/promises";
import { CommandError } from "./config.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** The text of a file. Throws {@link CommandError} with the first line that is not UTF-8. */
export async function readText(file: string): Promise<string> {
  const bytes = await readFile(file);
  if (isUtf16(bytes)) throw new CommandError(`${file} is UTF-16: save it as UTF-8.`);
  try {
    return decoder.decode(bytes);
  } catch {
    const lines = bytes.toString("latin1").split("\n");
    throw new CommandError(
      `${file} is not UTF-8: see line ${lines.findIndex((line) => utf8From(line) === undefined) + 1}.`,
    );
  }
}

/** Reads a file like {@link readText}; empty if there is none. */
export async function readTextIfAny(file: string): Promise<string> {
  return readText(file).catch((error) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}

/** Decodes bytes held as one character each; undefined if they are not UTF-8. */
export function utf8From(bytes: string): string | undefined {
  try {
    return decoder.decode(Buffer.from(bytes, "latin1"));
  } catch {
    return undefined;
  }
}

export function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

/** Drops the byte order mark that some programs put before UTF-8. */
export function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? bytes.subarray(3) : bytes;
}
