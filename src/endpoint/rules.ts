import { ZodObject, ZodUnion, z } from "zod";
import {
  accessTable,
  type Carried,
  carriedTokens,
  isolations,
  isSignedIn,
  keyCallers,
  organizationPath,
  type Proof,
  rateClasses,
  secondsIn,
  wordOf,
} from "../context/policy.ts";
import { errorTable } from "../errors.ts";
import { isDay } from "../http/deprecation.ts";
import { knownTypes } from "../http/magic-bytes.ts";
import { multipartType } from "../middleware/content-type.ts";
import { isPermission, isRole } from "../permissions.ts";
import { PageQuery, pageOf } from "../schemas/pages.ts";
import { sizeInWords } from "../schemas/sizes.ts";
import { schemeOf } from "../security/webhooks.ts";
import { isSensitive } from "../services/sensitive-changes.ts";
import { isSigningSecret, isSwitch } from "../settings.ts";
import type { Answers, Contract, Method } from "./contract.ts";
import type { Endpoint } from "./endpoint.ts";
import { exclusionsIn } from "./exclusions.ts";
import { faultsOfTexts, fieldsIn, hasPath, schemaIn } from "./inputs.ts";
import { words } from "./words.ts";

/** Throws if endpoints cannot be served as declared, with a line for each fault that names the remedy. */
export function refuseUnsound(endpoints: readonly Endpoint[]): void {
  const contracts = endpoints.map(({ contract, policy }) => ({ ...contract, path: policy.path }));
  const own = endpoints.flatMap(({ contract }) =>
    faultsOf(contract).map((fault) => `${contract.operationId}: ${fault}`),
  );
  const faults = [...own, ...contracts.flatMap((contract, i) => faultsBeside(contract, contracts.slice(0, i)))];
  if (faults.length > 0) throw new Error(["These endpoints cannot be served.", ...faults].join("\n"));
}

const methods: Record<Method, true> = { get: true, post: true, put: true, patch: true, delete: true };

const inputs: Record<keyof NonNullable<Contract["request"]>, true> = {
  params: true,
  query: true,
  headers: true,
  cookies: true,
  body: true,
};

/** The faults of one contract. */
function faultsOf(contract: Contract): string[] {
  const { rate, carries, errors = [], roundTrips = 1, request = {} } = contract;
  return [
    ...Object.keys(contract)
      .filter(notIn(words))
      .map((word) => `a contract has no ${word}; its words are ${Object.keys(words).join(", ")}`),
    ...Object.keys(request)
      .filter(notIn(inputs))
      .map((part) => `a request has no ${part}; its parts are ${Object.keys(inputs).join(", ")}`),
    ...when(!(contract.method in methods), `method is one of ${Object.keys(methods).join(", ")}`),
    ...faultsOfAccess(contract),
    ...when(
      rate !== undefined && !Object.hasOwn(rateClasses, rate),
      `there is no rate class ${rate} in src/context/policy.ts, which has ${Object.keys(rateClasses).join(", ")}`,
    ),
    ...when(
      carries !== undefined && !Object.hasOwn(carriedTokens, carries),
      `there is no token ${carries} to carry; there are ${Object.keys(carriedTokens).join(", ")}`,
    ),
    ...when(!(Number.isInteger(roundTrips) && roundTrips >= 0), "roundTrips is a whole number"),
    ...when(!/^[a-z]\w*$/i.test(contract.operationId), "operationId is the name that its value is exported by"),
    ...errors.filter(notIn(errorTable)).map((code) => `there is no error ${code} in src/errors.ts`),
    ...faultsOfPath(contract),
    ...faultsOfVersion(contract),
    ...faultsOfAnswers(contract),
    ...faultsOfCallers(contract),
    ...faultsOfChanges(contract),
    ...faultsTogether(contract),
    ...faultsOfReferences(contract),
    ...faultsOfPages(contract),
    ...faultsOfBatch(contract),
    ...faultsOfVersions(contract),
    ...faultsOfCache(contract),
    ...faultsOfEvictions(contract),
    ...faultsOfTexts(contract),
    ...faultsOfBody(contract),
    ...faultsOfFile(contract),
    ...faultsOfSignature(contract),
    ...faultsOfTransaction(contract),
  ];
}

function faultsOfAccess({ access, path, atRoot, fresh }: Contract): string[] {
  const word = wordOf(access);
  const wanted = typeof access === "object" ? access.member : undefined;
  const isBelow = (path === organizationPath || path.startsWith(`${organizationPath}/`)) && !atRoot;
  return [
    ...when(word === undefined, `access is one of ${Object.keys(accessTable).join(", ")}`),
    ...when(word === "member" && wanted === undefined, "member names a role or a permission: { member: … }"),
    ...when(
      wanted !== undefined && !isRole(wanted) && !isPermission(wanted),
      `there is no role or permission ${wanted} in src/permissions.ts`,
    ),
    ...when(wanted !== undefined && !isBelow, `{ member } is for paths below ${organizationPath}`),
    ...when(fresh !== undefined && !(secondsIn(fresh) > 0), "fresh is a time such as 10m, 1h or 1d"),
  ];
}

function faultsOfCallers({ access, callers, permission }: Contract): string[] {
  if (callers === undefined) return [];
  const wanted = typeof access === "object" ? access.member : permission;
  return [
    ...when(callers.join() !== keyCallers.join(), 'callers are ["user", "key"], or people alone without the word'),
    ...when(
      wanted !== undefined && !isPermission(wanted),
      `a key needs a permission of src/permissions.ts, and ${wanted} is none`,
    ),
  ];
}

function faultsOfPath({ path, atRoot, request = {} }: Contract): string[] {
  const segments = path === "/" && atRoot ? [] : path.split("/").slice(1);
  const isPlain = path.startsWith("/") && segments.every((segment) => /^([\w.~-]+|\{\w+\})$/.test(segment));
  if (!isPlain) return [`${path} is no path: write /things/{id}, with no trailing slash`];
  const names = segments.filter(isParameter).map((segment) => segment.slice(1, -1));
  const { params, query, headers, cookies } = request;
  const declared = params instanceof ZodObject ? Object.keys(params.shape) : [];
  const objects = Object.entries({ params, query, headers, cookies });
  return [
    ...names.filter((name) => !declared.includes(name)).map((name) => `the path has {${name}}, and params do not`),
    ...declared.filter((name) => !names.includes(name)).map((name) => `the path lacks {${name}}, which params have`),
    ...when(new Set(names).size < names.length, "a parameter is in the path once"),
    ...objects.flatMap(([part, schema]) =>
      when(schema !== undefined && !(schema instanceof ZodObject), `${part} must be a z.object`),
    ),
  ];
}

function faultsOfVersion({ version = 1, deprecated }: Contract): string[] {
  const { since = "", sunset } = deprecated ?? {};
  return [
    ...when(!(Number.isInteger(version) && version >= 1), "version is a whole number, 1 or more"),
    ...when(deprecated !== undefined && !isDay(since), "deprecated has a day in since, such as 2026-11-30"),
    ...when(sunset !== undefined && !(isDay(sunset) && sunset >= since), "sunset is a day, and not before since"),
  ];
}

function faultsOfAnswers({ responses }: Contract): string[] {
  const statuses = Object.keys(responses).map(Number);
  return [
    ...when(!statuses.some((status) => status !== 304), "responses have an answer with a status below 400"),
    ...statuses
      .filter((status) => !(status >= 200 && status < 400))
      .map((status) => `responses have no ${status}: list an error's code in errors`),
    ...Object.entries(responses)
      .filter(([status, { content }]) => ["204", "304"].includes(status) && content !== undefined)
      .map(([status]) => `${status} has no body`),
  ];
}

/** Requires the declared proof of each sensitive change in the request or in `access`. */
function faultsOfChanges({ access, carries, fresh, request, changes = {} }: Contract): string[] {
  const fields = fieldsOfBody(request);
  const holds = (...names: string[]) => names.every((name) => fields.includes(name));
  const isShown: Record<Proof, boolean> = {
    access_token: isSignedIn(access),
    admin: isSignedIn(access),
    fresh_password: fresh !== undefined,
    refresh_token: carries === "refresh_token" || carries === "refresh_grant",
    password: holds("current_password") || holds("username", "password"),
    mailed_link: carries === "mailed_token",
    command_line: false,
  };
  return Object.entries(changes).flatMap(([kind, proof]) =>
    when(!isSensitive(kind), `there is no sensitive change ${kind} in src/services/sensitive-changes.ts`).concat(
      when(!isShown[proof], `a request for ${kind} shows no ${proof}`),
    ),
  );
}

function fieldsOfBody(request: Contract["request"]): string[] {
  return Object.values(request?.body?.content ?? {}).flatMap((content) => fieldsIn(schemaIn(content)));
}

/** The faults of words that do not go together in this contract; exclusions.ts has those that never do. */
function faultsTogether(contract: Contract): string[] {
  const { method, access, idempotent, errors = [], request } = contract;
  const { carries, roundTrips = 1, offBy } = contract;
  return [
    ...exclusionsIn(contract),
    ...when(offBy !== undefined && !isSwitch(offBy), `${offBy} is no setting that is on or off`),
    ...when(request?.body !== undefined && method === "get", "a get has no body"),
    ...when(carries !== undefined && request?.body === undefined, "a call carries its token in a body"),
    ...when(
      carries !== undefined && request?.body !== undefined && !request.body.upload && lacksToken(carries, request),
      `carries ${carries} needs the field ${carries && carriedTokens[carries]} in its body`,
    ),
    ...when(isSignedIn(access) && roundTrips === 0, "asking the guard takes a round trip: roundTrips are 1 or more"),
    ...when(idempotent === true && roundTrips > 1, "idempotent calls c.var.run once: leave out roundTrips"),
    ...when(new Set(errors).size < errors.length, "errors have each code once"),
  ];
}

/** Requires each field that refers to rows to be one of the body, and their table to be of the callers' kind. */
function faultsOfReferences({ access, request, refersTo = {} }: Contract): string[] {
  const bodies = request?.body?.upload ? [] : Object.values(request?.body?.content ?? {});
  const owner = typeof access === "object" ? "organization_id" : "owner_id";
  return Object.entries(refersTo).flatMap(([field, table]) => [
    ...when(
      !bodies.some((content) => hasPath(schemaIn(content), field.split("."))),
      `refersTo names ${field}, which is no field of its validated body`,
    ),
    ...when(!(owner in table), `refersTo ${field} needs a table with the column ${owner}`),
  ]);
}

function lacksToken(carries: Carried, request: Contract["request"]): boolean {
  return !fieldsOfBody(request).includes(carriedTokens[carries]);
}

/** Requires `etag` in the answers of what is versioned, so that a client can change what it shows. */
function faultsOfVersions({ versioned, responses }: Contract): string[] {
  const isWithout = (answer: Answers[keyof Answers]) => {
    const schema = schemaOf(answer);
    return schema instanceof z.ZodType && !hasTag(schema);
  };
  return when(versioned === true && Object.values(responses).some(isWithout), "a versioned answer has etag: ETag");
}

function hasTag(schema: unknown): boolean {
  return schema instanceof ZodUnion ? schema.options.every(hasTag) : fieldsIn(schema).includes("etag");
}

function schemaOf(answer: Answers[keyof Answers]): unknown {
  return schemaIn(answer?.content?.["application/json"]);
}

/** The faults of an answer that is kept for everybody: no header of a request reaches its endpoint. */
function faultsOfCache({ cached, request = {}, responses }: Contract): string[] {
  if (cached === undefined) return [];
  const isTime = (seconds: unknown) => Number.isInteger(seconds) && Number(seconds) >= 0;
  const ok = responses[200];
  return [
    ...when(
      !(isTime(cached.seconds) && isTime(cached.staleSeconds)),
      "cached has seconds and staleSeconds, each a whole number",
    ),
    ...when(!ok, "a cached endpoint has a 200, the only answer that is kept"),
    ...when(
      Object.keys(ok?.content ?? {}).length > 1,
      "a cached 200 has one media type: Accept does not reach the endpoint",
    ),
    ...(["headers", "cookies"] as const).flatMap((part) =>
      when(request[part] !== undefined, `a cached answer is the same for all: leave ${part} out of request`),
    ),
  ];
}

/** Requires what is evicted to be kept. */
function faultsOfEvictions({ evicts = [] }: Contract): string[] {
  return evicts
    .filter(({ contract }) => !contract.cached)
    .map(({ policy }) => `evicts names ${policy.operationId}, which is not cached`);
}

/** The faults of a list of pages. */
function faultsOfPages({ paged, request, responses }: Contract): string[] {
  if (paged !== true) return [];
  const own = Object.keys(request?.query?.shape ?? {}).filter((name) => name in PageQuery.shape);
  const schema = schemaOf(responses[200]);
  const isPage =
    schema instanceof ZodObject && Object.keys(pageOf(z.unknown()).shape).every((name) => name in schema.shape);
  return [
    ...own.map((name) => `paged adds ${name} to the query: leave it out of the schema`),
    ...when(!isPage, "a paged 200 is JSON of a schema made by pageOf"),
  ];
}

/** Requires the body of a batch, and a key for its repetition. */
function faultsOfBatch({ batch, method, idempotent, request }: Contract): string[] {
  if (batch !== true) return [];
  return [
    ...when(method !== "post", "a batch is a post"),
    ...when(!fieldsOfBody(request).includes("operations"), "the body of a batch is JSON of a schema made by batchOf"),
    ...when(idempotent !== true, "a batch whose answer was lost is sent again: add idempotent"),
  ];
}

/** The largest body that is held in memory, of which a Worker has 128 MiB for all of its requests. */
const maxHeld = 16 * 2 ** 20;

function faultsOfBody({ request, idempotent, carries }: Contract): string[] {
  const { maxBytes = 1, seconds = 1, upload, required, content = {} } = request?.body ?? {};
  const isMediaType = (type: string) => /^[a-z]+\/[a-z0-9.+-]+$/.test(type);
  return [
    ...when(!(Number.isInteger(maxBytes) && maxBytes > 0), "maxBytes is a whole number"),
    ...when(
      !upload && maxBytes > maxHeld,
      `a body above ${sizeInWords(maxHeld)} is an upload, which memory need not hold`,
    ),
    ...when(!(seconds > 0), "seconds is the time that a body may take to arrive"),
    ...when(upload !== undefined && required !== true, "an upload is not optional"),
    ...when(upload !== undefined && multipartType in content, "an upload is one file: declare a form as multipart"),
    ...when(
      required === true && "application/json" in content && Object.keys(content).length > 1,
      "a body of several kinds is validated as the one that was sent: leave out required",
    ),
    ...(upload?.verified ? Object.keys(content).filter(isUnknown) : []).map(
      (type) => `no entry of src/http/magic-bytes.ts proves ${type}: a verified upload needs one`,
    ),
    ...when(upload !== undefined && idempotent === true, "an upload is read once, and cannot be compared by a key"),
    ...when(upload !== undefined && carries !== undefined, "an upload has no field that could carry a token"),
    ...Object.keys(content).flatMap((type) => when(!isMediaType(type), `${type} is not a lower-case media type`)),
    ...when(request?.body !== undefined && Object.keys(content).length === 0, "a body has a media type"),
  ];
}

function isUnknown(type: string): boolean {
  return !knownTypes.some((known) => known === type);
}

function faultsOfFile({ ranged, responses }: Contract): string[] {
  const isWithout = ranged === true && responses[200]?.content === undefined;
  return when(isWithout, "a ranged 200 has the media types of its files");
}

/** A signed text that cannot be read in two ways: no id and no time has the separator behind it. */
const signedContent = /^[^{}]*(\{(id|timestamp)\}[^\w=+/{}-][^{}]*)*\{body\}$/;

function faultsOfSignature({ signed }: Contract): string[] {
  if (signed === undefined) return [];
  const { secret, tolerance } = signed;
  const { content, encoding, id, timestamp } = schemeOf(signed.by);
  const isDated = timestamp !== undefined;
  const isSound =
    signedContent.test(content) &&
    (id !== undefined || !content.includes("{id}")) &&
    isDated === content.includes("{timestamp}") &&
    ["hex", "base64"].includes(encoding);
  return [
    ...when(
      !isSound,
      "a scheme signs such as {id}.{timestamp}.{body} in hex or base64: the time that it has, and a separator behind each",
    ),
    ...when(!isSigningSecret(secret), `${secret} is no secret of src/settings.ts with the value WebhookSecrets`),
    ...when(
      tolerance !== undefined && !(isDated && secondsIn(tolerance) > 0),
      "tolerance is such as 5m, for a scheme with a time",
    ),
  ];
}

function faultsOfTransaction({ transaction, access, roundTrips }: Contract): string[] {
  if (transaction === undefined) return [];
  const { isolation = "read committed", retries = 0 } = transaction === true ? {} : transaction;
  const least = isSignedIn(access) ? 5 : 4;
  const needed = "to connect, begin, ask the guard, run a statement and commit";
  return [
    ...when(!isolations.includes(isolation), `isolation is one of ${isolations.join(", ")}`),
    ...when(!(Number.isInteger(retries) && retries >= 0 && retries <= 10), "retries is a whole number from 0 to 10"),
    ...when(
      roundTrips !== undefined && roundTrips < least,
      `a transaction needs roundTrips of ${least} or more: ${needed}`,
    ),
  ];
}

/** The conflicts of an endpoint with those before it in the list. */
function faultsBeside(contract: Contract, before: readonly Contract[]): string[] {
  const { operationId, method, path } = contract;
  const namesake = before.some((other) => other.operationId === operationId);
  const cover = before.find((other) => other.method === method && covers(other.path, path));
  return [
    ...when(namesake, `${operationId}: another endpoint has this operationId`),
    ...(cover
      ? [
          `${operationId}: ${method.toUpperCase()} ${path} is not reached behind ${cover.operationId}, ${cover.path}: ` +
            "it must come before that in the list, or have another path",
        ]
      : []),
  ];
}

/** True if a path matches every URL that the other path matches. */
function covers(path: string, other: string): boolean {
  const [segments, others] = [path.split("/"), other.split("/")];
  return segments.length === others.length && segments.every((one, i) => isParameter(one) || one === others[i]);
}

function isParameter(segment: string): boolean {
  return segment.startsWith("{");
}

function notIn(table: object): (key: string) => boolean {
  return (key) => !Object.hasOwn(table, key);
}

function when(isSo: boolean, fault: string): string[] {
  return isSo ? [fault] : [];
}
