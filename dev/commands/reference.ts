/** `npm run reference`: writes the lists of the docs from the code that decides them. `--check` only compares. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type RateClass, rateClasses } from "../../src/context/policy.ts";
import { mailBudget } from "../../src/crud/mails.ts";
import { limits as attempts } from "../../src/services/passwords.ts";
import { type Setting, settingsTable } from "../../src/settings.ts";
import { failWith, Problem, projectFolder } from "../config.ts";
import { readTextIfAny } from "../text.ts";

/** The text of each file that this writes. */
export const reference: Record<string, () => string> = {
  "docs/limits.md": limitsPage,
  "docs/settings.md": settingsPage,
  ".dev.vars.example": exampleVars,
};

const settings = Object.entries<Setting>(settingsTable);

/** The key of each rate class, and whom it protects. */
const rateKeys: Record<RateClass, [by: string, protects: string]> = {
  public: ["network, at each endpoint apart", "the service"],
  user: ["user", "the service, from one user's programs"],
  sign_in: ["user, or else network at each endpoint apart", "the hashers"],
  sign_up: ["network, at each endpoint apart", "the service, and those to whom it sends mail"],
  token: ["session or mailed token, at each endpoint apart", "its holder, from all who share an address"],
  heavy: ["user", "the database"],
};

function limitsPage(): string {
  const classes = Object.entries(rateClasses).map(([rate, { limit, period }]) => [
    `rate class \`${rate}\``,
    `${limit} calls in ${period} s`,
    // TypeScript does not see that both tables have the same keys.
    ...rateKeys[rate as RateClass],
    "429 `too_many_requests`",
  ]);
  const { account, network, firstDelay, longestDelay } = attempts;
  const delay = `then delays of ${firstDelay} s, doubled up to ${longestDelay / 60} minutes`;
  const guesses = [
    [
      `${account.budget}, ${delay}`,
      "what was typed: an e-mail address, a username, or who is signed in",
      "the account",
    ],
    [`${network.budget}, ${delay}`, "network", "all accounts, from one guess at each"],
    [
      `${account.budget}, ${delay}`,
      "account, identifier and one of its own networks, instead of the two above",
      "the owner, from being locked out",
    ],
  ].map((row) => ["wrong passwords", ...row, "429 `too_many_attempts`"]);
  const { budget, forgetSeconds } = mailBudget;
  const amount = `${budget} at once, one more each ${forgetSeconds / 60} minutes`;
  const mails = [
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
      "its owner, and no other mail uses this up",
      "no mail, the same answer",
    ],
    [
      "any other mail, such as a notice, to a verified address",
      amount,
      "account and kind of mail",
      "its owner, and nobody else's doing uses this up",
      "no mail: ten alike have gone out",
    ],
  ];
  const kept = [
    [
      "live sessions",
      `\`SESSIONS_PER_USER\` (${settingsTable.SESSIONS_PER_USER.default})`,
      "user",
      "the database",
      "the one used longest ago ends",
    ],
    [
      "rows of each resource, deleted ones included until they are purged",
      `\`ROWS_PER_OWNER\` (${settingsTable.ROWS_PER_OWNER.default})`,
      "owner and table",
      "the database",
      "409 `quota_exceeded`",
    ],
    [
      "what is kept under idempotency keys, one KiB for each key at least",
      `\`IDEMPOTENCY_KIB_PER_USER\` (${settingsTable.IDEMPOTENCY_KIB_PER_USER.default}) KiB at once, and as much in each day`,
      "user",
      "the database",
      "429 `too_many_requests` for a new key",
    ],
  ];
  return `# Limits

Made by \`npm run reference\` from the code that counts: change it there.

Each limit is keyed by whom it protects. A signed-in user is counted wherever they call from. Other calls are counted by the
client's network, which \`CF-Connecting-IP\` alone decides; an IPv6 /64 is one network. Strangers share networks, so what one
of them does at one endpoint refuses nobody at another, and a call that carries a token of ours is counted by that token:
refresh, sign-out, verification, confirmation and reset are never refused for what others behind the same address did.
What costs no more than a refusal, such as \`/health\` and the key set, is not counted.

${table(["limit", "how much", "counted by", "protects", "beyond it"], [...classes, ...guesses, ...mails, ...kept])}

A mailbox is known by its address without dots, without what follows a plus sign, and in any letter case, and by a keyed hash
alone. Each link replaces the one before it, so that the newest in a full mailbox works. Nobody learns that a mailbox is full:
that would tell what others send there.

Every mail goes through this bound, your own kinds too. Notices of sensitive changes must not be kept back by an attacker who
fills the mailbox first. So they are counted by account and kind, once the account has verified its address: only what happens
to that account uses up the room, and only after ten notices of the very same kind. An address that was never verified may be
a stranger's: all mail to it shares the room of its mailbox. What did not fit is among the account's events. Notices that an operator causes at the command line are not counted.

A table of yours has the bound on rows by \`withRoom\` around what is inserted; a test finds an endpoint that lacks it. The rows
are counted by index, in the statement that inserts, up to the bound. Inserts of the same moment do not see each other, and may
exceed it by as many. Under an idempotency key stand the rows that its request answered, once, because they may have changed
when it is repeated. A request is counted when it is done, and a repetition is answered however much is kept.

An account's e-mail address and username are counted apart. A shared budget would tell which of them belong together: use up
one, and the other is refused, too. An attempt is forgotten each hour for an identifier and each minute for a network.
A refused attempt prolongs no delay.

Rate classes are counted in Cloudflare's \`ratelimits\` bindings, separately in each of its locations, and approximately. If
that fails, calls go on and the log says \`rate limit failed\`. All other limits are exact: the database counts them.
Every endpoint's answer states its limit in \`RateLimit-Policy\`; a 429 names the limit that was reached in \`RateLimit\`,
and in \`Retry-After\` the seconds until the next call is let in. Most come before the body is read; that of a token comes
once the body is known to be valid.

An endpoint chooses its class next to \`access\`: \`rate: "heavy"\`. One that takes a sealed token says so:
\`carries: "mailed_token"\`. [Who may call what](access-matrix.md) lists all of them.
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
  return `# Settings

Made by \`npm run reference\` from the table in \`src/settings.ts\`: change it there.

\`npm run dev\` makes what it needs, and \`.dev.vars\` (see \`.dev.vars.example\`) overrides it. In production, variables are in
\`wrangler.toml\`, and secrets are set with \`npx wrangler secret put NAME\`. When settings are missing, invalid or
contradict each other, every route but \`/health\` answers 503 and the log names all of them, never their values. An empty
text counts as missing.

${table(["setting", "kind", "default", "who must set it", "what it is"], rows)}

\`npm run dev\` also reads \`PORT\` (8787), \`PLINTH_DATA\` (the data folder) and \`DATABASE_URL\` (another PostgreSQL, or Neon) from
the environment.
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
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
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
    if (!values.check) await writeFile(file, write());
    else if ((await readTextIfAny(file)) !== write()) {
      throw new Problem(`${name} is stale: run npm run reference.`);
    }
  }
  if (!values.check) console.log(`Written: ${Object.keys(reference).join(", ")}.`);
}

if (import.meta.main) await main().catch(failWith);
