import { readFileSync, statSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, relative, resolve } from "node:path";
import { projectFolder } from "../../config.ts";

/** Rewrites the places in a stack, of the bundle that this map belongs to, as places in the project's files. */
export function mappedBy(mapFile: string): (stack: string) => string {
  const map = new SourceMap(JSON.parse(readFileSync(mapFile, "utf8")));
  return (stack) =>
    stack.replaceAll(/(?:file:\/\/)?[^\s()]*\.js:(\d+):(\d+)/g, (place, line, column) => {
      const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
      if (!("originalSource" in entry)) return place;
      const file = relative(projectFolder, resolve(dirname(mapFile), entry.originalSource));
      return `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    });
}

/** The same for a bundle that is made anew at its place: code that cannot be run is never said to be there. */
export function mappedByLatest(mapFile: string): (stack: string) => string {
  let made = 0;
  let mapped = mappedBy(mapFile);
  return (stack) => {
    try {
      const { mtimeMs } = statSync(mapFile);
      if (mtimeMs !== made) mapped = mappedBy(mapFile);
      made = mtimeMs;
    } catch {
      // It is just being written, or the server is about to end: the map before still fits most of the code.
    }
    return mapped(stack);
  };
}
