/** `npm run access-matrix`: writes the access matrix and the sensitive changes. `--check` only compares. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Policy, type RateClass, rateClasses, whoMay } from "../../src/context/policy.ts";
import type { Contract } from "../../src/endpoint/contract.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { errorTable } from "../../src/errors.ts";
import { signerOf } from "../../src/middleware/signature.ts";
import { CommandError, failWith, projectFolder } from "../config.ts";
import { soundEndpoints } from "../endpoints.ts";
import { readTextIfAny } from "../text.ts";
import { markdownTable } from "./reference.ts";
import { sensitiveMatrix } from "./sensitive-matrix.ts";

/** The text of each file that this writes, for a list of endpoints. */
export const matrices = { "docs/access-matrix.md": accessMatrix, "docs/sensitive-changes.md": sensitiveMatrix };

const introduction = `# Who may call what

Made by \`npm run access-matrix\` from the list of endpoints, \`src/routes/index.ts\`: change it there.

- "Calls" is the limit of a user for all endpoints of a rate class together. Without a user, each sealed token and each
  client network has it for each endpoint: see [Limits](limits.md).
- "Round trips" is the largest number of calls to the database before the answer begins.
- The errors are the endpoint's own. The OpenAPI document also has those that follow from the declaration, such as 401
  without a token, 403 without the role or 422 for a bad body.
`;

/** The document, whose rows are in the order of the list. */
export function accessMatrix(list: readonly Endpoint[]): string {
  const header = ["method", "path", "who may call it", "calls", "round trips", "its own errors", "operation"];
  const rows = list.map(({ policy, contract }) => [
    contract.method.toUpperCase(),
    `\`${policy.path}\``,
    contract.signed ? signerOf(contract.signed) : callersOf(policy),
    calls(policy),
    String(policy.roundTrips),
    ownErrors(contract).join(", "),
    contract.deprecated ? `${policy.operationId}, deprecated` : policy.operationId,
  ]);
  return `${introduction}\n${markdownTable(header, rows)}\n`;
}

function callersOf({ access, permission }: Policy): string {
  return permission ? `${whoMay(access)}, a key with \`${permission}\`` : whoMay(access);
}

function calls({ rate, carries, permission }: Policy): string {
  const ofKeys = permission && rate === "user" ? (["key"] as const) : [];
  const classes: RateClass[] = [...(carries ? (["token"] as const) : []), ...(rate ? [rate] : []), ...ofKeys];
  const figures = classes.map((name) => `${rateClasses[name].limit} in ${rateClasses[name].period} s, \`${name}\``);
  return figures.join("; ") || "as often as they like";
}

/** In the order of their statuses. */
function ownErrors({ errors = [] }: Contract): string[] {
  return errors.toSorted((a, b) => errorTable[a].status - errorTable[b].status).map((code) => `\`${code}\``);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const endpoints = soundEndpoints();
  for (const [name, write] of Object.entries(matrices)) {
    const file = join(projectFolder, name);
    if (!values.check) await writeFile(file, write(endpoints));
    else if ((await readTextIfAny(file)) !== write(endpoints)) {
      throw new CommandError(`${name} is stale: run npm run derive.`);
    }
  }
  if (!values.check) console.log(`${endpoints.length} endpoints are in ${Object.keys(matrices).join(" and ")}.`);
}

if (import.meta.main) await main().catch(failWith);
