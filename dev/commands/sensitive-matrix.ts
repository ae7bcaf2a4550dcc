import type { Proof } from "../../src/context/policy.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { type Changes, sensitiveChanges, untold } from "../../src/services/sensitive-changes.ts";
import { entryFor } from "../table.ts";
import { createAdminCommand } from "./create-admin.ts";
import { markdownTable } from "./reference.ts";

const proofs: Record<Proof, string> = {
  access_token: "an access token",
  fresh_password: "an access token of a session in which the password was proved lately",
  admin: "an access token of an admin",
  refresh_token: "a refresh token that was replaced before",
  password: "the current password",
  mailed_link: "the token of a mailed link",
  command_line: "access to the database",
};

const introduction = `# Sensitive changes

Made by \`npm run access-matrix\` from \`src/services/sensitive-changes.ts\` and from what endpoints and commands declare
under \`changes\`: change it there. These changes decide who owns an account, or what it may do. Each is recorded as an
event. The owner gets a mail at the previous address, verified or not: it says what happened, when, from where or by
whom, and what to do. The change, its event and its mail are one transaction. [Limits](limits.md) has the limits on mail.
`;

const others = `## Events without a mail
`;

/** The document: each sensitive change with its paths, and the reasons why other events have no notice. */
export function sensitiveMatrix(endpoints: readonly Endpoint[]): string {
  const paths = pathsOf(endpoints);
  const rows = Object.entries(sensitiveChanges).flatMap(([change, { notice, besides }]) =>
    paths
      .flatMap(({ path, changes }) => (isChange(change, changes) ? [{ path, proof: changes[change] }] : []))
      .map(({ path, proof }) => [
        `\`${change}\``,
        path,
        proof ? entryFor(proofs, proof, "proofs of dev/commands/sensitive-matrix.ts") : "",
        `\`${notice.name}\``,
        besides,
      ]),
  );
  const told = markdownTable(["change", "path", "what it takes", "mail", "besides"], rows);
  const why = markdownTable(
    ["event", "why there is none"],
    Object.entries(untold).map(([kind, reason]) => [`\`${kind}\``, reason]),
  );
  return `${introduction}\n${told}\n\n${others}\n${why}\n`;
}

/** Every path to a sensitive change, with its declaration. */
function pathsOf(endpoints: readonly Endpoint[]): { path: string; changes: Changes }[] {
  return [
    ...endpoints.map(({ contract, policy }) => ({
      path: `\`${contract.method.toUpperCase()} ${policy.path}\``,
      changes: contract.changes ?? {},
    })),
    { path: `\`${createAdminCommand.name}\``, changes: createAdminCommand.changes },
  ];
}

function isChange(change: string, changes: Changes): change is keyof Changes {
  return Object.hasOwn(changes, change);
}
