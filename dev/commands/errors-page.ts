import { type ErrorCode, errorCodes, errorTable } from "../../src/errors.ts";
import { type FieldErrorType, fieldErrorTable } from "../../src/schemas/field-errors.ts";
import { entryFor } from "../table.ts";

type Status = (typeof errorTable)[ErrorCode]["status"];

const [correct, wait, stop] = ["correct the request", "send it again after `Retry-After`", "do not send it again"];

/** The advice to clients for each status. A code may have its own. */
const byStatus: Record<Status, string> = {
  400: correct,
  401: "sign in again",
  403: stop,
  404: stop,
  405: correct,
  406: correct,
  408: "send it again",
  409: "ask the user for something else",
  411: correct,
  412: "read it again, and show the user what changed",
  413: "send less",
  415: correct,
  416: "ask for a part that the file has",
  422: "show the user the fields in `errors`",
  428: "read it, and send its `ETag` in `If-Match`",
  429: wait,
  500: "send it again later, if it reads or has an `Idempotency-Key`; quote the `request_id`",
  503: wait,
};

const byCode: Partial<Record<ErrorCode, string>> = {
  invalid_cursor: "start at the first page",
  invalid_grant: "ask for the password again",
  invalid_one_time_token: "ask for another link",
  email_not_verified: "ask the user to open the link in the mail",
  account_deleted: "offer to restore the account",
  invalid_refresh_token: "sign in again",
  invalid_reference: "show the user the fields in `errors`: what they name is not there",
  invalid_token: "refresh the access token, then send it again, once",
  insufficient_user_authentication: "confirm the password, then send it again",
  wrong_password: "ask for the password again",
  invalid_signature: "sign it again, with the current secret and time",
  conflict: "read it again, and show the user what changed",
  already_member: stop,
  invitation_open: stop,
  owner_required: "transfer or delete the organization first",
  task_waiting: stop,
  task_ended: stop,
  last_admin: "make another user an admin first",
  still_referenced: "delete what refers to it first",
  quota_exceeded: "ask the user to delete something, which makes room once it is purged",
  idempotency_key_in_use: wait,
  idempotency_key_reused: "make another key",
};

/** A row for each code, by status: code, status, sentence, and what a client does about it. */
export function errorRows(): string[][] {
  const sorted = errorCodes.toSorted((a, b) => errorTable[a].status - errorTable[b].status);
  return sorted.map((code) => {
    const { status, detail } = errorTable[code];
    return [
      `\`${code}\``,
      String(status),
      detail,
      byCode[code] ?? entryFor(byStatus, String(status), "byStatus of dev/commands/errors-page.ts"),
    ];
  });
}

export const errorsIntroduction = `# Errors

Made by \`npm run reference\` from the table in \`src/errors.ts\`: change it there. The advice is in
\`dev/commands/errors-page.ts\`: a code of your own gets that of its status, unless you write a better one there.

An error is \`application/problem+json\` (RFC 9457). Decide by \`code\`, or by the status where you do not know the code: a
later version may answer more codes, and takes none away. \`openapi.json\` has, for each operation and status, those that it
can answer. \`detail\` is a sentence for people and may say more than this page. \`errors\` names the fields.

Only what says so is worth sending again. To send the same \`POST\` again is safe with the same \`Idempotency-Key\`, where the
operation takes one.
`;

const bounds = { min: 8, max: 200 };
const times = { min: "2026-11-23T09:30:00Z", max: "2026-11-23T09:30:00Z" };
const sample = {
  ...{ expected: "integer", values: ["live", "deleted"], step: 5 },
  ...{ format: "email", pattern: "^[a-z]+$" },
};

/** A row for each type of field error: its name, the members of its `ctx`, and its sentence with one. */
export function fieldErrorRows(): string[][] {
  return Object.entries(fieldErrorTable).map(([type, say]) => {
    const read = new Set<string>();
    const ctx = new Proxy<Record<string, unknown>>(
      { ...sample, ...(isAboutTime(type as FieldErrorType) ? times : bounds) },
      {
        get(values, name) {
          read.add(String(name));
          return Reflect.get(values, name);
        },
      },
    );
    // The sample has each member of any context.
    const sentence = (say as (ctx: unknown) => string)(ctx);
    return [`\`${type}\``, [...read].map((name) => `\`${name}\``).join(", "), sentence];
  });
}

const isAboutTime = (type: FieldErrorType) => type === "date_too_early" || type === "date_too_late";

export const fieldErrorsIntroduction = `## Fields

An entry of \`errors\` has the place of the field in \`loc\`, and a sentence in \`msg\`. A form in another language makes its own
of the \`type\` and the values in \`ctx\`. To a type that you do not know, say \`msg\`.
`;
