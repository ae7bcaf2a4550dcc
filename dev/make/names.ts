/** Spells the name of a resource. Each spelling of "field notes", the templates' resource, differs. */
import { CommandError } from "../config.ts";

/**
 * The spellings of the plural: `field-notes`, `field_notes`, `fieldNotes`, `FieldNotes`, `field notes`; and of the
 * singular.
 */
export type Names = { many: Spellings; one: Spellings };
type Spellings = { dashed: string; snake: string; camel: string; pascal: string; prose: string };

const pattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Words that TypeScript reserves in a module. */
const reserved = new Set(
  (
    "abstract any arguments as async await boolean break case catch class const constructor continue debugger declare default delete do " +
    "else enum eval export extends false finally for function get if implements import in instanceof interface let new null " +
    "number object package private protected public return set static string super switch symbol this throw true try type " +
    "typeof undefined unknown var void while with yield"
  ).split(" "),
);

/** Built-in names that a schema's name would shadow. */
const builtIn = new Set(
  (
    "Array Atomics Boolean Date Error Function Infinity Iterator Map Math Number Object Promise Proxy Reflect Set String " +
    "Symbol Temporal Undefined"
  ).split(" "),
);

/** The spellings of a resource, from its plural. Throws {@link CommandError} for an impossible name. */
export function namesOf(plural: string, singular = singularOf(plural)): Names {
  for (const name of [plural, singular]) {
    if (!pattern.test(name) || name.length > 40) {
      throw new CommandError(
        `"${name}" cannot name a resource: lower-case letters and digits, words joined by "-", at most 40.`,
      );
    }
  }
  if (plural === singular)
    throw new CommandError(
      `"${plural}" is one and many at once: --singular names one of them otherwise, such as ${plural}-entry.`,
    );
  const names = { many: spell(plural), one: spell(singular) };
  for (const { camel } of [names.many, names.one]) {
    if (reserved.has(camel)) throw isTaken(camel);
  }
  return names;
}

/** Throws {@link CommandError} if the code in which this word is to be a name already uses it for something else. */
export function refuseUsed(word: string, ...codes: string[]): void {
  if (builtIn.has(word)) throw isTaken(word);
  const [strings, notes] = [/"(?:[^"\\\n]|\\.)*"/g, /\/\*[\s\S]*?\*\/|\/\/.*/g];
  // Skips names of properties, after a dot or before a colon.
  const use = new RegExp(`(?<![.\\w$])${word}(?![\\w$]|\\s*:)`);
  if (codes.some((code) => use.test(code.replaceAll(strings, "").replaceAll(notes, "")))) throw isTaken(word);
}

function isTaken(word: string): CommandError {
  return new CommandError(
    `"${word}" cannot name a resource: in its code the word is taken. Choose another; --singular can name one of them otherwise.`,
  );
}

/** Rewrites a template about field notes for this resource. */
export function inNameOf({ many, one }: Names, template: string): string {
  const article = articleOf(one.prose);
  return template
    .replaceAll(/\b(a|A) field note\b/g, (_, a: string) => `${a === "A" ? "A" : "a"}${article.slice(1)} ${one.prose}`)
    .replaceAll("aFieldNote", `${article}${one.pascal}`)
    .replaceAll("field-notes", many.dashed)
    .replaceAll("field_notes", many.snake)
    .replaceAll("field notes", many.prose)
    .replaceAll("fieldNotes", many.camel)
    .replaceAll("FieldNotes", many.pascal)
    .replaceAll("field note", one.prose)
    .replaceAll("fieldNote", one.camel)
    .replaceAll("FieldNote", one.pascal);
}

/** Rewrites a template about field notes in binders for this parent. */
export function underName({ many, one }: Names, template: string): string {
  return template
    .replaceAll(/\b(a|A) binder\b/g, (_, a: string) => `${a}${articleOf(one.prose).slice(1)} ${one.prose}`)
    .replaceAll("/binders/", `/${many.dashed}/`)
    .replaceAll("binder_id", `${one.snake}_id`)
    .replaceAll(/\bbinders\b/g, many.camel)
    .replaceAll("Binders", many.pascal)
    .replaceAll(/\bbinderId\b/g, `${one.camel}Id`)
    .replaceAll("Binder", one.pascal)
    .replaceAll("_binder_", `_${one.snake}_`)
    .replaceAll("binder", one.prose);
}

/** The spellings of a name in dashes. */
export function spell(dashed: string): Spellings {
  const pascal = dashed.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const camel = pascal.charAt(0).toLowerCase() + pascal.slice(1);
  return { dashed, snake: dashed.replaceAll("-", "_"), camel, pascal, prose: dashed.replaceAll("-", " ") };
}

/** Capitalises a sentence. */
export function capital(prose: string): string {
  return prose.charAt(0).toUpperCase() + prose.slice(1);
}

/** Words that begin with a vowel in writing, but not in speech: a unit, a user, a one-time code, a European, a URL. */
const soundsConsonant =
  /^(?:uni(?!n|m)|u[bst][aeiou]|ur[aeio]|ufo|u(?:i|k|pc|rl|sb|uid|x)?(?![a-z])|eu(?=[a-z])|ewe|onc?e(?![a-z]))/;
/** Words whose h is silent. */
const silentH = /^(?:hour|honest|hono|heir)/;
/** Words that are spelt out, beginning with the name of a letter such as F, "ef": those without a vowel, and these. */
const speltOut = /^(?:[fhlmnrsx][^aeiouy ]*(?![a-z])|(?:faq|mba|mri|nda|ngo|rfa|rma|roi|sla|sos|ssid|sso)(?![a-z]))/;

/** The article of a word or of the first of several, by its sound: an invoice, a unit, an hour, an FAQ. */
export function articleOf(prose: string): "a" | "an" {
  const isVowel = /^[aeiou]/.test(prose) && !soundsConsonant.test(prose);
  return isVowel || silentH.test(prose) || speltOut.test(prose) ? "an" : "a";
}

/** Plurals that follow no rule, with what one of them is called. */
const irregular = new Map(
  (
    "people person,children child,men man,women woman,feet foot,teeth tooth,mice mouse,criteria criterion,media medium," +
    "data datum,indices index,matrices matrix,analyses analysis,crises crisis,diagnoses diagnosis,theses thesis," +
    "quizzes quiz,buses bus,gases gas"
  )
    .split(",")
    .map((pair): [string, string] => [pair.replace(/ .*/, ""), pair.replace(/.* /, "")]),
);

/** Words whose singular cannot be derived: equal in both numbers, or ambiguous, like caches and branches, sizes. */
const unclear = [
  /(^|-)(series|species|news|means|movies|cookies|zombies|calories|selfies|ties|pies|lies)$/,
  /(ss|us|is|[^t]ches|oes|ves|zes)$/,
];

/** The last word of a name in dashes, and what is before it. */
function lastOf(name: string): [before: string, word: string] {
  const at = name.lastIndexOf("-") + 1;
  return [name.slice(0, at), name.slice(at)];
}

function singularOf(plural: string): string {
  const [before, word] = lastOf(plural);
  const known = irregular.get(word);
  if (known !== undefined) return `${before}${known}`;
  if (!plural.endsWith("s"))
    throw new CommandError(`Name the resource in the plural: "${pluralOf(plural)}"? --singular names the one.`);
  if (unclear.some((words) => words.test(plural)))
    throw new CommandError(`"${plural}" does not tell what one of them is called: --singular names it.`);
  if (/[^aeiou]ies$/.test(plural)) return plural.replace(/ies$/, "y");
  if (/(ss|x|z|ch|sh|[^ao]us)es$/.test(plural)) return plural.replace(/es$/, "");
  return plural.replace(/s$/, "");
}

/** A guess, for a proposal. */
function pluralOf(singular: string): string {
  const [before, word] = lastOf(singular);
  const [known] = [...irregular].find(([, one]) => one === word) ?? [];
  if (known !== undefined) return `${before}${known}`;
  if (/[^aeiou]y$/.test(singular)) return singular.replace(/y$/, "ies");
  return `${singular}${/(s|x|z|ch|sh)$/.test(singular) ? "es" : "s"}`;
}
