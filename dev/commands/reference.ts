/** `npm run reference`: writes the lists of the docs from the code that decides them. `--check` only compares. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bulkRates, type RateClass, rateClasses, shares, type WorkKind } from "../../src/context/policy.ts";
import { mailBudget } from "../../src/crud/mails.ts";
import { linkLimits } from "../../src/services/one-time-tokens.ts";
import { limits as attempts } from "../../src/services/passwords.ts";
import { type Setting, settingsTable } from "../../src/settings.ts";
import { CommandError, failWith, projectFolder } from "../config.ts";
import { entryFor } from "../table.ts";
import { readTextIfAny } from "../text.ts";
import { errorRows, errorsIntroduction, fieldErrorRows, fieldErrorsIntroduction } from "./errors-page.ts";
import { excludedRows, wordsIntroduction, wordsTables } from "./words-page.ts";

/** The text of each file that this writes. */
export const reference: Record<string, () => string | Promise<string>> = {
  "docs/errors.md": errorsPage,
  "docs/limits.md": limitsPage,
  "docs/settings.md": settingsPage,
  "docs/words.md": wordsPage,
  ".dev.vars.example": exampleVars,
};

const settings = Object.entries<Setting>(settingsTable);

/** The key of each rate class, and whom it protects. */
const rateKeys: Record<RateClass, [by: string, protects: string]> = {
  public: ["network, at each endpoint separately", "the service"],
  user: ["user", "the service, from one user's programs"],
  key: ["owner of the key, for all of their keys together", "the service, from one owner's machines"],
  sign_in: ["user; without one, network at each endpoint separately", "the hashers"],
  sign_up: ["network, at each endpoint separately", "the service, and the mailboxes to which it writes"],
  token: ["session or mailed token, at each endpoint separately", "its holder, from others behind the same address"],
  heavy: ["user", "the database"],
};

/** The requests of each kind of work. */
const works: Record<WorkKind, string> = {
  read: "any",
  write: "when another write comes",
  bulk: `when one of the classes ${new Intl.ListFormat("en-GB").format(bulkRates.map(code))} comes`,
};

function errorsPage(): string {
  const codes = markdownTable(["code", "status", "sentence", "what to do"], errorRows());
  const fields = markdownTable(["type", "members of `ctx`", "`msg`, such as"], fieldErrorRows());
  return `${errorsIntroduction}\n${codes}\n\n${fieldErrorsIntroduction}\n${fields}\n`;
}

function limitsPage(): string {
  const classes = Object.entries(rateClasses).map(([rate, { limit, period }]) => [
    `rate class \`${rate}\``,
    `${limit} calls in ${period} s`,
    ...entryFor(rateKeys, rate, "rateKeys of dev/commands/reference.ts"),
    "429 `too_many_requests`",
  ]);
  const { account, network, firstDelay, longestDelay } = attempts;
  const delay = `then delays of ${firstDelay} s, doubled up to ${longestDelay / 60} minutes`;
  const guesses = [
    [`${account.budget}, ${delay}`, "the e-mail address or username as typed, or the signed-in user", "the account"],
    [`${network.budget}, ${delay}`, "network", "all accounts, from one guess at each of them"],
    [
      `${account.budget}, ${delay}`,
      "account, identifier and a known network of the account; replaces both limits above",
      "the owner, from being locked out",
    ],
  ].map((row) => ["wrong passwords", ...row, "429 `too_many_attempts`"]);
  const { budget, forgetSeconds } = mailBudget;
  const amount = `${budget} at once, then one every ${forgetSeconds / 60} minutes`;
  const { cooldownSeconds, mailsPerHour } = linkLimits;
  const mails = [
    [
      "links of one purpose",
      `1 in ${cooldownSeconds} s, ${mailsPerHour} in an hour`,
      "account and purpose",
      "its owner, from mails in a row",
      "no mail, the same answer",
    ],
    [
      "links to verify or change an address, and all mail to an unverified one",
      amount,
      "mailbox, across accounts",
      "its owner, from being flooded",
      "no mail, the same answer",
    ],
    [
      "links to reset a password",
      amount,
      "mailbox, across accounts",
      "its owner, from being flooded; other mail cannot use this up",
      "no mail, the same answer",
    ],
    [
      "any other mail, such as a notice, to a verified address",
      amount,
      "account and kind of mail",
      "its owner, from missing a notice; other accounts cannot use this up",
      "no mail, after ten of the same kind",
    ],
  ];
  const kept = [
    [
      "live sessions",
      `\`SESSIONS_PER_USER\` (${settingsTable.SESSIONS_PER_USER.default})`,
      "user",
      "the database",
      "the least recently used one ends",
    ],
    [
      "rows of each resource, deleted ones included until they are purged",
      `\`ROWS_PER_OWNER\` (${settingsTable.ROWS_PER_OWNER.default})`,
      "owner and table",
      "the database",
      "409 `quota_exceeded`",
    ],
    [
      "files, deleted ones included until they are removed",
      `\`FILES_MIB_PER_USER\` (${settingsTable.FILES_MIB_PER_USER.default}) MiB`,
      "owner",
      "the bucket",
      "409 `quota_exceeded`",
    ],
    [
      "storage for idempotency keys, at least one KiB for each",
      `\`IDEMPOTENCY_KIB_PER_USER\` (${settingsTable.IDEMPOTENCY_KIB_PER_USER.default}) KiB at once, and as much again each day`,
      "user",
      "the database",
      "429 `too_many_requests` for a new key",
    ],
  ];
  const { default: all } = settingsTable.REQUESTS_PER_ISOLATE;
  const places = Object.entries(shares).map(([work, share]) => [
    `requests in work, ${entryFor(works, work, "works of dev/commands/reference.ts")}`,
    share === 1 ? `\`REQUESTS_PER_ISOLATE\` (${all})` : `${share * 100}% of it (${Math.ceil(Number(all) * share)})`,
    "isolate, with those of all kinds",
    "the isolate and the database, from overload",
    "503 `overloaded`",
  ]);
  const callers = [
    ["of a signed-in user", "user", "the network does not matter"],
    [
      "with another token of this API: refresh, sign-out, verification, confirmation, reset",
      "token",
      "others behind the same address cannot block it",
    ],
    [
      "any other",
      "network, at each endpoint separately",
      "a stranger's calls to one endpoint do not block another one",
    ],
    ["that costs no more than a refusal, such as `/health` and the key set", "nothing", "it is never refused"],
  ];
  return `# Limits

Made by \`npm run reference\` from the code that counts: change it there.

A call is counted by the party that the limit protects:

${markdownTable(["call", "counted by", "so that"], callers)}

\`CF-Connecting-IP\` alone decides which network a call comes from. An IPv6 /64 is one network.

${markdownTable(["limit", "how much", "counted by", "protects", "beyond it"], [...places, ...classes, ...guesses, ...mails, ...kept])}

## Calls

An endpoint chooses its class next to \`access\`: \`rate: "heavy"\`. An endpoint that takes a sealed token declares
\`carries: "mailed_token"\`. [Who may call what](access-matrix.md) lists the limits of each endpoint.

Cloudflare's \`ratelimits\` bindings count rate classes, approximately and separately in each location. If a binding fails,
calls go on and the log says \`rate limit failed\`. The database counts all other limits, and does so exactly.

Every answer states the limit of its endpoint in \`RateLimit-Policy\`. A 429 names the limit that was reached in \`RateLimit\`,
and \`Retry-After\` has the seconds until the next call is let in. Most limits are checked before the body is read. The limit
of a token is checked after the body was validated.

An isolate that has all the work it can do [refuses requests](deploy.md#under-overload) whatever their caller's budget is.

## Passwords

An account's e-mail address and username are counted separately. A shared budget would reveal that they belong together:
after too many guesses at one, the other would be refused, too. One attempt is forgotten each hour for an identifier, and
each minute for a network. A refused attempt does not prolong a delay.

## Mail

A mailbox is identified by its address in lower case, without dots and without the part after a plus sign. The database
holds only a keyed hash of it.

A new link replaces the one before it. A link that finds no room replaces nothing, so the newest link in a full mailbox
works. The API does not tell anybody that a mailbox is full, because that would reveal the mail that others send there.

Every mail has this limit, including [kinds of your own](accounts.md#mails-of-your-own). An attacker who fills a mailbox
must not suppress the notice of a sensitive change. Notices to a verified address are therefore counted by account and kind:
only changes of that account use up the room, and only ten notices of the same kind fill it. An unverified address may
belong to a stranger, so all mail to it shares the room of its mailbox. Each mail that found no room is a line of the log:
\`mail\` with the outcome \`refused\`, its kind and the account. The account's events do not name it, since they would tell
its owner how full the mailbox is. Notices that an operator causes at the command line are not counted.

## Rows and keys

To bound the rows of your own table, put \`withRoom\` around the values to insert. A test finds an endpoint without it. The
statement that inserts counts the rows by index, up to the bound. Where it leaves room for fewer than 5,000 more, the
inserts of one owner take turns, so that simultaneous ones do not exceed it together.

An idempotency key keeps the rows that its request returned, because they may have changed when the request is repeated. A
request is counted when it is done. A repetition is always answered, even if there is no room for a new key.
`;
}

function settingsPage(): string {
  const rows = settings.map(([name, { kind, needed, meaning, ...setting }]) => [
    `\`${name}\``,
    kind,
    setting.default ? setting.default.split(", ").map(code).join(", ") : "–",
    needed ?? "nobody",
    meaning,
  ]);
  const places = [
    [
      "on your machine",
      "`npm run dev` makes every value that it needs; `.dev.vars` (see `.dev.vars.example`) overrides them",
    ],
    ["variables of a deployment", "`wrangler.toml`, for each environment"],
    ["secrets of a deployment", "`npx wrangler secret put NAME --env production`"],
  ];
  return `# Settings

Made by \`npm run reference\` from the table in \`src/settings.ts\`: change it there.

${markdownTable(["where", "source"], places)}

If settings are missing, invalid or contradictory, every route but \`/health\` answers 503. The log names all of
these settings, never their values. An empty text counts as missing. To add a setting, see
[A setting](your-own.md#a-setting).

${markdownTable(["setting", "kind", "default", "who must set it", "meaning"], rows)}

\`npm run dev\` also reads \`PORT\` (8787), \`PLINTH_DATA\` (the data folder) and \`DATABASE_URL\` (another PostgreSQL, or Neon) from
the environment.
`;
}

async function wordsPage(): Promise<string> {
  const { needed, optional } = await wordsTables();
  return `${wordsIntroduction}
## Required words

${markdownTable(["word", "value", "meaning", "more"], needed)}

## Optional words

${markdownTable(["word", "value", "meaning", "errors that it adds", "more"], optional)}

## Words that exclude each other

${markdownTable(["word", "not with", "reason"], excludedRows())}
`;
}

function exampleVars(): string {
  const told = settings
    .filter(([, { kind }]) => kind !== "binding")
    .map(([name, { kind, meaning, example, ...setting }]) => {
      const comment = `${kind === "secret" ? "Secret. " : ""}${meaning}`.replaceAll("`", "");
      const value = example ?? setting.default ?? "";
      const quote = value.includes('"') ? "'" : '"';
      return `${wrapped(comment)}\n# ${name}=${quote}${value}${quote}\n`;
    });
  return `# Settings for your own machine: copy to .dev.vars, which git ignores, and change what you need.
# \`npm run dev\` makes every value that is not here. In production, variables are in wrangler.toml and
# secrets are set with \`npx wrangler secret put NAME\`. Made by \`npm run reference\`.

${told.join("\n")}`;
}

/** A table in Markdown, its columns aligned. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill = " ") =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(" | ")} |`;
  const rule = line(
    head.map(() => ""),
    "-",
  );
  return [line(head), rule, ...rows.map((row) => line(row))].join("\n");
}

/** A comment in lines of at most 110 characters. */
function wrapped(comment: string): string {
  const lines = comment.split(" ").reduce<string[]>((all, word) => {
    const [line = "#", ...before] = all;
    const longer = `${line} ${word}`;
    return longer.length <= 110 ? [longer, ...before] : [`# ${word}`, line, ...before];
  }, []);
  return lines.toReversed().join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  for (const [name, write] of Object.entries(reference)) {
    const file = join(projectFolder, name);
    const text = await write();
    if (!values.check) await writeFile(file, text);
    else if ((await readTextIfAny(file)) !== text) {
      throw new CommandError(`${name} is stale: run npm run derive.`);
    }
  }
  if (!values.check) console.log(`Written: ${Object.keys(reference).join(", ")}.`);
}

if (import.meta.main) await main().catch(failWith);
