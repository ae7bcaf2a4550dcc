/** Reads the templates, and what was made of them. */
import { join } from "node:path";
import { readText } from "../text.ts";

export function template(file: string): Promise<string> {
  return readText(join(import.meta.dirname, "templates", file));
}

/** The name of the first value that a file exports. */
export function exportOf(source: string): string {
  return /^export const (\w+)/m.exec(source)?.[1] ?? "";
}
