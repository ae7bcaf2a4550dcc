/** Reads the templates, and what was made of them. */
import { join } from "node:path";
import { readText } from "../text.ts";

export function template(file: string): Promise<string> {
  return readText(join(import.meta.dirname, "templates", file));
}

/** Keeps those lines of a template that end in `//:` and some of these words, and those that end in none. */
export function inVariant(template: string, words: ReadonlySet<string>): string {
  return template.replaceAll(/^(.*?) ?\/\/: ([a-z ]+)\n/gm, (_, code: string, wanted: string) =>
    wanted.split(" ").every((word) => words.has(word)) ? `${code}\n` : "",
  );
}

/** The name of the first value that a file exports. */
export function exportOf(source: string): string {
  return /^export const (\w+)/m.exec(source)?.[1] ?? "";
}
