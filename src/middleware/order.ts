/**
 * The drawing of a request: every stage that it passes, from the first to the handler. The answer returns through them
 * in the opposite order. `appOf` and `endpoint` take the order from here. In front of them all is the gate of
 * src/endpoint/gate.ts, where a full isolate refuses a request before it costs more than its refusal.
 */
import type { MiddlewareHandler } from "hono";
import type { Places } from "../context/places.ts";
import { isSignedIn, type Policy, usualSeconds } from "../context/policy.ts";
import { carry, provide, requireSettings } from "../context/provide.ts";
import type { Deps } from "../context/types.ts";
import type { Contract, Uploading } from "../endpoint/contract.ts";
import type { RouteOutline } from "../endpoint/route-outline.ts";
import type { Tagged } from "../http/etag.ts";
import type { Settings } from "../settings.ts";
import { takePlace } from "./admission.ts";
import { answerHeaders } from "./answer-headers.ts";
import { authenticate } from "./authenticate.ts";
import { bodyLimit, dropBody } from "./body-limit.ts";
import { countedByToken } from "./carried-token.ts";
import { multipartType, requireContentType } from "./content-type.ts";
import { cors } from "./cors.ts";
import { edgeCache } from "./edge-cache.ts";
import { evictions } from "./evictions.ts";
import { exactPath, forgivesSlash } from "./exact-path.ts";
import { serveFiles } from "./files.ts";
import { idempotency } from "./idempotency.ts";
import { methodsAt } from "./methods.ts";
import { readMultipart } from "./multipart.ts";
import { pages } from "./pages.ts";
import { tellPolicy } from "./policy.ts";
import { limitRate } from "./rate-limit.ts";
import { references } from "./references.ts";
import { requestId } from "./request-id.ts";
import { requestLog } from "./request-log.ts";
import { runTasksAfter } from "./run-tasks.ts";
import { verifySignature } from "./signature.ts";
import { startLog } from "./start-log.ts";
import { unlessOff } from "./switch.ts";
import { transactions } from "./transaction.ts";
import { refuseUnknownQuery } from "./unknown-query.ts";
import { receiveUpload } from "./upload.ts";
import { expectVersions, isCreation } from "./versions.ts";

/** A stage: its name, how it is made (undefined where an endpoint has none), and the reason for its place. */
type Stage<From> = readonly [name: string, make: (from: From) => MiddlewareHandler | undefined, why: string];

type AppParts = {
  deps: Deps;
  places: Places;
  document: (settings: Settings) => Tagged;
  /** Those of the whole API. */
  outlines: readonly RouteOutline[];
};

/** The stages of every request, even of one that no endpoint answers. */
export const ofEveryRequest: readonly Stage<AppParts>[] = [
  ["request id", () => requestId, "Every line of the log and every answer names the request."],
  [
    "carry",
    ({ deps, places, document }) => carry(deps, places, document),
    "The log and the clock are the first that others need.",
  ],
  ["start log", startLog, "The first line of an isolate comes before those of its requests."],
  ["request log", () => requestLog, "Sees each answer as it leaves, and the time that all others took."],
  ["headers", () => answerHeaders, "No answer goes without them, wherever it is made: a preflight or a problem."],
  [
    "cors",
    ({ outlines }) => cors(outlines),
    "A preflight ends here. A page may read the refusals of all stages below.",
  ],
  ["run tasks", () => runTasksAfter, "Has to know how the endpoint ended: a failed request takes its tasks back."],
];

type Declared = { contract: Contract; policy: Policy };

/** The stages of an endpoint, of which a declaration has those that its words ask for. */
export const ofEndpoint: readonly Stage<Declared>[] = [
  [
    "policy",
    ({ policy }) => tellPolicy(policy),
    "The log and the headers name the endpoint, whatever ends the request.",
  ],
  [
    "exact path",
    ({ contract: { method } }) => (forgivesSlash(method) ? undefined : exactPath),
    "No work is done at a path that may mean another resource.",
  ],
  [
    "settings",
    ({ contract: { withoutSettings } }) => (withoutSettings ? undefined : requireSettings),
    "Stages below read settings.",
  ],
  [
    "switch",
    ({ contract: { offBy } }) => offBy && unlessOff(offBy),
    "An endpoint that is switched off is indistinguishable from a missing one, and counts nothing.",
  ],
  [
    "provide",
    ({ contract: { withoutSettings } }) => (withoutSettings ? undefined : provide),
    "Stages below need keys or the database.",
  ],
  [
    "authenticate",
    ({ policy }) => (isSignedIn(policy.access) ? authenticate(policy) : undefined),
    "Unauthenticated callers learn nothing about the rest of their request. Counts the call as soon as the caller is known.",
  ],
  [
    "rate limit",
    ({ policy: { access, carries } }) => (isSignedIn(access) || carries ? undefined : limitRate),
    "Calls that are refused below, or answered from the cache, count too.",
  ],
  [
    "unknown query",
    ({ contract }) => (contract.anyQuery || contract.oauth ? undefined : refuseUnknownQuery(queryNames(contract))),
    "The cache ignores undeclared parameters, so that a misspelt one must be refused before it.",
  ],
  [
    "edge cache",
    ({ contract }) => contract.cached && edgeCache(contract.cached, queryNames(contract), headerNames(contract)),
    "A kept answer costs neither validation nor the database.",
  ],
  [
    "body limit",
    ({ contract, policy: { maxBytes } }) =>
      contract.method === "get" || uploadOf(contract)
        ? undefined
        : hasBody(contract)
          ? bodyLimit(maxBytes, secondsOf(contract))
          : dropBody(maxBytes, secondsOf(contract)),
    "The stages below read the body as a whole.",
  ],
  [
    "content type",
    ({ contract }) =>
      contract.method !== "get" && hasBody(contract)
        ? requireContentType(contract.method, mediaTypes(contract), arrivalOf(contract))
        : undefined,
    "Decides which parser reads the body.",
  ],
  [
    "multipart",
    ({ contract }) => (mediaTypes(contract).includes(multipartType) ? readMultipart(arrivalOf(contract)) : undefined),
    "The fingerprint of a request is that of its parts, whatever boundary is between them.",
  ],
  [
    "signature",
    ({ contract }) => contract.signed && verifySignature(contract.signed, secondsOf(contract)),
    "A forged call takes no place from others, and no parser reads it.",
  ],
  [
    "place",
    ({ contract, policy: { work } }) => (uploadOf(contract) ? undefined : work && takePlace(work)),
    "Counts requests whose body is there: one that arrives slowly costs no more than its memory.",
  ],
  [
    "versions",
    ({ contract }) =>
      contract.versioned && contract.method !== "get" && !isCreation(contract)
        ? expectVersions({ mayDemand: contract.method !== "post" })
        : undefined,
    "Refuses a change without a version before it uses up an `Idempotency-Key`.",
  ],
  [
    "references",
    ({ contract: { refersTo } }) => refersTo && references(refersTo),
    "Tells `run` how to require the rows that a body names, and reads none before it was validated.",
  ],
  [
    "idempotency",
    ({ contract: { idempotent } }) => (idempotent ? idempotency : undefined),
    "The fingerprint of a request needs its body, in the media type that was checked.",
  ],
  [
    "pages",
    ({ contract: { paged } }) => (paged ? pages : undefined),
    "Binds cursors to the caller, who is known, and reads none before the query was validated.",
  ],
  [
    "evictions",
    ({ contract: { evicts } }) => evicts && evictions(evicts),
    "Follows a success, of which the handler knows what it has changed.",
  ],
  [
    "upload",
    ({ contract, policy: { maxBytes } }) => {
      const uploading = uploadOf(contract);
      const [types, seconds] = [mediaTypes(contract), secondsOf(contract)];
      return uploading && receiveUpload(uploading, { method: contract.method, types, maxBytes, seconds });
    },
    "No stage reads such a body, and its fault ends the request whatever the handler answers.",
  ],
  [
    "files",
    ({ contract: { ranged } }) => (ranged ? serveFiles : undefined),
    "Reads `Range` for a file that the handler has found.",
  ],
  [
    "transaction",
    ({ contract: { transaction } }) => transaction && transactions(transaction === true ? {} : transaction),
    "Opens nothing before the handler asks for it.",
  ],
  // zod-openapi validates here: params, query, headers, cookies, then the body.
];

/** The last stage, around the handler: the token to count by is read from a body that was validated. */
export function atHandler<Handler>({ carries }: Policy, handler: Handler): Handler {
  return carries ? countedByToken(carries, handler) : handler;
}

/**
 * The refusals of a path's other methods. Fixed paths have them before all endpoints, where `/{id}` would match them
 * too; paths with parameters after all endpoints.
 */
export function aroundEndpoints(outlines: readonly RouteOutline[]) {
  const paths = [...methodsAt(outlines)];
  const isFixed = ([path]: (typeof paths)[number]) => !path.includes(":");
  return { before: paths.filter(isFixed), after: paths.filter((path) => !isFixed(path)) };
}

/** Makes the stages, under the names that they have here. */
export function inOrder<From>(stages: readonly Stage<From>[], from: From): MiddlewareHandler[] {
  return stages.flatMap(([name, make]) => {
    const stage = make(from);
    return stage ? [Object.defineProperty(stage, "name", { value: name })] : [];
  });
}

function uploadOf({ request }: Contract): Uploading | undefined {
  return request?.body?.upload;
}

function secondsOf({ request }: Contract): number {
  return request?.body?.seconds ?? usualSeconds;
}

function arrivalOf(contract: Contract) {
  return { ...contract.request?.body, seconds: secondsOf(contract) };
}

function hasBody(contract: Contract): boolean {
  return mediaTypes(contract).length > 0;
}

function mediaTypes({ request }: Contract): string[] {
  return Object.keys(request?.body?.content ?? {});
}

/** The headers that a contract declares for its 200. */
function headerNames({ responses }: Contract): string[] {
  return Object.keys(responses[200]?.headers ?? {});
}

function queryNames({ request }: Contract): string[] {
  return Object.keys(request?.query?.shape ?? {});
}
