import type { RouteConfig } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { IdentifiedEnv, Once } from "../context/types.ts";
import {
  type IdempotencyClaim,
  IdempotencyKeys,
  recorded,
  recordedAnswers,
  unrecorded,
  whyNotRecorded,
} from "../crud/idempotency-keys.ts";
import { DoneBefore } from "../db/errors.ts";
import { ApiError } from "../errors.ts";
import { headers } from "../http/headers.ts";
import { fieldError } from "../schemas/field-errors.ts";
import type { Settings } from "../settings.ts";

/** The `Idempotency-Key` of the IETF's httpapi working group, for `parameters`. */
export const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description:
    "1 to 255 visible ASCII characters. For 24 hours, the same request with the same key is not carried out again and gets the first answer, with `Idempotent-Replayed: true`",
  schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[!-~]+$" },
} as const;

/** The errors of a request with a key. */
export const idempotencyCodes = ["idempotency_key_in_use", "idempotency_key_reused"] as const;

/** Adds `Idempotent-Replayed` to the answers that can be replayed, which are those of success. */
export function replayable(responses: RouteConfig["responses"]): RouteConfig["responses"] {
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      if (!status.startsWith("2") || "$ref" in response) return [status, response];
      return [status, { ...response, headers: { ...response.headers, ...headers("Idempotent-Replayed") } }];
    }),
  );
}

/**
 * Lets a request with an `Idempotency-Key` take effect once: its statements' rows are recorded in their transaction,
 * and a repetition gets them instead. The rules hold without a key too, so that the first call shows a mistake.
 */
export const idempotency: MiddlewareHandler<IdentifiedEnv> = async (c, next) => {
  const { db, callerId, policy, settings, trips, outbox } = c.var;
  const key = c.req.header("Idempotency-Key");
  if (key !== undefined && !/^[!-~]{1,255}$/.test(key)) throw invalidKey();
  const claim = key === undefined ? undefined : await claimOf(callerId, key, c.req, settings);

  let isUsed = false;
  const once: Once = async (statements, transact) => {
    if (isUsed) throw new Error(`${policy?.operationId} is idempotent, and called c.var.run more than once`);
    isUsed = true;
    for (const [i, statement] of statements.entries()) {
      const reason = whyNotRecorded(statement);
      if (reason) throw new Error(`${policy?.operationId} is idempotent, and its statement ${i + 1} ${reason}`);
    }
    if (!claim) return transact(statements.map((statement) => unrecorded(db, statement)));
    try {
      const recording = statements.map((statement) => recorded(db, claim, statement));
      // Done before, it is answered from the key.
      trips.mayRepeat = true;
      const all = [IdempotencyKeys.claim(db, claim), ...recording, IdempotencyKeys.charge(db, claim)];
      return (await transact(all)).slice(1, -1);
    } catch (error) {
      if (!(error instanceof DoneBefore)) throw error;
      if (error.results.length !== statements.length) throw new Error("The key was recorded by another version");
      c.header("Idempotent-Replayed", "true");
      // A mail of this attempt was written only if the record names it, after an answer that was lost.
      const kept = new Set(error.results.flat().map(({ id }) => id));
      outbox.splice(0, outbox.length, ...outbox.filter((id) => kept.has(id)));
      return recordedAnswers(statements, error.results);
    } finally {
      trips.mayRepeat = false;
    }
  };
  c.set("once", once);
  await next();
};

async function claimOf(
  userId: string,
  key: string,
  req: Context["req"],
  { IDEMPOTENCY_KIB_PER_USER: kibPerDay }: Settings,
): Promise<IdempotencyClaim> {
  return { userId, key, kibPerDay, fingerprint: await fingerprintOf(req.method, req.url, await textOf(req)) };
}

/** The body, or the parts of a form: the boundary between them is another one each time. */
async function textOf(req: Context["req"]): Promise<string> {
  const form = await req.bodyCache.formData;
  if (!form) return req.text();
  const parts = [...form].map(async ([name, part]) => {
    if (typeof part === "string") return [name, part];
    return [name, part.name, part.type, await digestOf(await part.arrayBuffer())];
  });
  return JSON.stringify(await Promise.all(parts));
}

/** SHA-256 of method, path, query and body: requests with equal digests are the same. A URL has no line feed. */
async function fingerprintOf(method: string, url: string, body: string): Promise<string> {
  const { pathname, search } = new URL(url);
  const request = `${method} ${pathname}${search}\n${body}`;
  return digestOf(new TextEncoder().encode(request));
}

async function digestOf(bytes: BufferSource): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("base64url");
}

function invalidKey(): ApiError {
  const error = fieldError(["header", "Idempotency-Key"], "invalid_format", { format: "idempotency-key" });
  return new ApiError("validation_failed", { detail: `${error.loc.join(".")}: ${error.msg}`, errors: [error] });
}
