/** Packs the list of common passwords into the module that src/schemas/passwords.ts reads. Writes only what changed. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import compress from "@zxcvbn-ts/dictionary-compression/compress";
import { dictionary } from "@zxcvbn-ts/language-common";
import { projectFolder } from "../config.ts";

/** Shorter passwords are refused anyway. */
const minLength = 8;
/** The list is sorted by frequency. More entries would protect hardly anybody, and slow every start of the Worker. */
const count = 10_000;

const path = join(projectFolder, "src", "schemas", "common-passwords.js");
const words = dictionary["passwords-common"]
  .map((word) => word.toLowerCase())
  .filter((word) => word.length >= minLength);
// Sorts, so that neighbours share the longest prefixes. Lower case only: a capital letter encodes their length.
const packed = compress([...new Set(words)].slice(0, count).sort());
if (typeof packed !== "string") throw new Error("A common password holds a character that cannot be packed");
const module = `// Made by dev/build/common-passwords.ts.\nexport const packed = ${JSON.stringify(packed)};\n`;

if ((await readFile(path, "utf8").catch(() => "")) !== module) {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, module);
  await rename(draft, path);
}
