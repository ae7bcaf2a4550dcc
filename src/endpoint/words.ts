import { isScheme } from "../security/webhooks.ts";
import type { Contract } from "./contract.ts";

type Kind = { told: string; holds: (value: unknown) => boolean };

const text: Kind = { told: "a text", holds: (value) => typeof value === "string" };
const number: Kind = { told: "a number", holds: (value) => typeof value === "number" };
const flag: Kind = { told: "true, or left out", holds: (value) => value === true };
const object: Kind = { told: "an object", holds: isObject };
const texts: Kind = { told: "a list of texts", holds: (value) => isList(value, text.holds) };
const objects: Kind = { told: "a list of objects", holds: (value) => isList(value, isObject) };
const answers: Kind = {
  told: "an object with an answer for each status",
  holds: (value) => isObject(value) && Object.values(value).every(isObject),
};
const someTexts: Kind = { told: "a list of one text or more", holds: (value) => isList(value, text.holds, 1) };
const access: Kind = {
  told: "public, user, admin or { member: a role or a permission }",
  holds: (value) => text.holds(value) || isObject(value),
};
const period: Kind = { ...text, told: "a time such as 10m, 1h or 1d" };
const callers: Kind = { ...texts, told: '["user", "key"]' };
const request: Kind = { ...object, told: "an object of params, query, headers, cookies and body" };
const caching: Kind = { ...object, told: "{ seconds, staleSeconds }" };
const deprecation: Kind = { ...object, told: "{ since, sunset? }" };
const referring: Kind = {
  told: "an object with a table for each field",
  holds: (value) => isObject(value) && Object.values(value).every(isObject),
};
const endpoints: Kind = { told: "a list of cached endpoints", holds: (value) => isList(value, isObject, 1) };
const terms: Kind = { told: "true or an object", holds: (value) => value === true || isObject(value) };
const signature: Kind = {
  told: "{ by, secret, tolerance? }: a scheme and a setting",
  holds: (value) =>
    isObject(value) && "by" in value && isScheme(value.by) && "secret" in value && text.holds(value.secret),
};
const needed = (kind: Kind) => ({ ...kind, isNeeded: true });

/** Every word of a contract, with the kind of its value. Any other key is a misspelling. */
export const words: Record<keyof Contract, Kind & { isNeeded?: boolean }> = {
  method: needed(text),
  path: needed(text),
  version: number,
  deprecated: deprecation,
  operationId: needed(text),
  summary: needed(text),
  description: needed(text),
  tags: needed(someTexts),
  request,
  responses: needed(answers),
  errors: texts,
  parameters: objects,
  roundTrips: number,
  atRoot: flag,
  oauth: flag,
  rate: text,
  carries: text,
  uncounted: flag,
  quiet: flag,
  access: needed(access),
  fresh: period,
  callers,
  permission: text,
  changes: object,
  idempotent: flag,
  refersTo: referring,
  versioned: flag,
  paged: flag,
  batch: flag,
  transaction: terms,
  ranged: flag,
  cached: caching,
  evicts: endpoints,
  signed: signature,
  anyQuery: flag,
  offBy: text,
  withoutSettings: flag,
};

/**
 * Throws for values that nothing can be made of, with a line for each. The compiler refuses them too, but
 * `npm run derive` and `npm run dev` may come before it.
 */
export function refuseMisshapen(contract: Contract): void {
  const { operationId, method, path } = contract;
  const given: Partial<Record<string, unknown>> = contract;
  const faults = Object.entries(words).flatMap(([word, { told, holds, isNeeded = false }]) => {
    const value = given[word];
    if (value === undefined ? !isNeeded : holds(value)) return [];
    const name = typeof operationId === "string" ? operationId : `${String(method)} ${String(path)}`;
    return [`${name}: ${word} ${value === undefined ? "is missing: it " : ""}is ${told}`];
  });
  if (faults.length > 0) throw new Error(["This is not the declaration of an endpoint.", ...faults].join("\n"));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown, holds: Kind["holds"], least = 0): boolean {
  return Array.isArray(value) && value.length >= least && value.every(holds);
}
