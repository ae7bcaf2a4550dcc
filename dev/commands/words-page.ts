import { join } from "node:path";
import { carriedTokens, rateClasses } from "../../src/context/policy.ts";
import { type Contract, codesAddedBy } from "../../src/endpoint/contract.ts";
import { exclusions } from "../../src/endpoint/exclusions.ts";
import { words } from "../../src/endpoint/words.ts";
import { signatureSchemes } from "../../src/security/webhooks.ts";
import { CommandError, projectFolder } from "../config.ts";
import { entryFor } from "../table.ts";
import { readText } from "../text.ts";

/** The values that a word, or a part of it, may have. */
const values: Partial<Record<keyof Contract, string>> = {
  rate: namesIn(rateClasses),
  carries: namesIn(carriedTokens),
  signed: `\`by\` is ${namesIn(signatureSchemes)} or [your own](webhooks.md#schemes)`,
};

/** The page that says more about a word. */
const more: Partial<Record<keyof Contract, string>> = {
  access: "[Access](access-matrix.md)",
  errors: "[Errors](errors.md)",
  request: "[Bodies](bodies.md)",
  responses: "[The endpoints](resources.md#the-endpoints)",
  version: "[Versions of the API](http.md#versions-of-the-api)",
  deprecated: "[Versions of the API](http.md#versions-of-the-api)",
  rate: "[Limits](limits.md)",
  carries: "[Limits](limits.md)",
  fresh: "[Sensitive changes](sensitive-changes.md)",
  changes: "[Sensitive changes](sensitive-changes.md)",
  callers: "[API keys](keys.md)",
  permission: "[API keys](keys.md)",
  idempotent: "[Idempotency](http.md#idempotency)",
  versioned: "[Versions](http.md#versions)",
  paged: "[Lists](http.md#lists)",
  batch: "[A batch](rules.md#a-batch)",
  refersTo: "[A field that refers](rules.md#a-field-that-refers-to-a-row)",
  transaction: "[A rule that reads](rules.md#a-rule-that-reads-decides-and-writes)",
  ranged: "[Files](files.md)",
  signed: "[Webhooks](webhooks.md)",
  cached: "[The public face](http.md#the-public-face)",
  evicts: "[The public face](http.md#the-public-face)",
};

/** The tables of the words that a declaration needs, and of those that it may have. */
export async function wordsTables(): Promise<{ needed: string[][]; optional: string[][] }> {
  const meanings = meaningsIn(await readText(join(projectFolder, "src/endpoint/contract.ts")));
  const rows = (Object.keys(words) as (keyof Contract)[]).map((word) => {
    const { told, isNeeded = false } = words[word];
    const meaning = entryFor(meanings, word, "The type Contract of src/endpoint/contract.ts");
    const codes = codesAddedBy(word).map((code) => `\`${code}\``);
    const row = [
      `\`${word}\``,
      [told, values[word]].filter((part) => part !== undefined).join("; "),
      meaning,
      ...(isNeeded ? [] : [codes.join(", ")]),
      more[word] ?? "",
    ];
    return { isNeeded, row };
  });
  const rowsOf = (kind: boolean) => rows.filter(({ isNeeded }) => isNeeded === kind).map(({ row }) => row);
  return { needed: rowsOf(true), optional: rowsOf(false) };
}

/** Names for the parts of a declaration that exclude a word without being words themselves. */
const traits: Record<string, string> = {
  get: '`method: "get"`',
  change: "any other method than `get`",
  public: '`access: "public"`',
  admin: '`access: "admin"`',
  member: "`access: { member }`",
  caller: 'any other access than `"public"`',
  people: "people alone, without `callers`",
  unpermitted: '`access: "user"` without `permission`',
  asking: "any other `roundTrips` than `0`",
  unpriced: "the one round trip of a declaration without `roundTrips`",
  unread: "no body, a form of parts or an upload",
};

/** The rows of the words that exclude each other. */
export function excludedRows(): string[][] {
  return Object.entries(exclusions).flatMap(([word, others]) =>
    Object.entries(others).map(([other, reason]) => [`\`${word}\``, traits[other] ?? `\`${other}\``, reason]),
  );
}

function namesIn(table: object): string {
  return Object.keys(table)
    .map((name) => `\`${name}\``)
    .join(", ");
}

/** The comment of each key of the type `Contract`, on one line. A key without one takes none of another's. */
function meaningsIn(source: string): Record<string, string> {
  const [, type] = /^export type Contract = \{\n(.*?)^\}/ms.exec(source) ?? [];
  if (type === undefined) throw new CommandError("src/endpoint/contract.ts has no type Contract.");
  const keys = type.matchAll(/^ {2}\/\*\*(.*?)\*\/\n {2}(\w+)\??:/gms);
  return Object.fromEntries(
    Array.from(keys, ([, comment = "", word = ""]) => [
      word,
      comment
        .replaceAll(/\s*\n\s*\*/g, "")
        .trim()
        .replaceAll(/\{@link (\w+)\}/g, "`$1`"),
    ]),
  );
}

export const wordsIntroduction = `# The words of a declaration

Made by \`npm run reference\` from \`src/endpoint/contract.ts\`, \`words.ts\` and \`exclusions.ts\`: change it there.

\`endpoint(declaration, handler)\` makes an endpoint. Routing, validation, the guard, the OpenAPI document, the clients, the
limits and the tests that attack it follow from its words. [Words that exclude each other](#words-that-exclude-each-other)
do not compile; \`createApp\` refuses what the compiler cannot see, and names the endpoint, the word and the remedy.

\`GET /api/v1/openapi.json\` shows every error of an endpoint: its own, those of its words below, those of
[its access](access-matrix.md), and those that any endpoint can answer, such as 429 and 503.
`;
