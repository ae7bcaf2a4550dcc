import { isDeepStrictEqual } from "node:util";
import { breaksClients, type Change, type Direction, type Effect, sunsetOf } from "./change.ts";
import { alternativesOf, type Referring, resolve, type Schema, valuesOf } from "./flat.ts";
import { type Comparison, compareSchemas } from "./schemas.ts";

type Content = Readonly<Record<string, { schema?: Schema }>>;
type Parameter = { name: string; in: string; required?: boolean; schema?: Schema; explode?: boolean; style?: string };
type Header = { required?: boolean; schema?: Schema };
type Response = { content?: Content; headers?: Readonly<Record<string, Header>> };
type Security = readonly Readonly<Record<string, readonly string[]>>[];
export type Operation = {
  operationId?: string;
  deprecated?: boolean;
  parameters?: readonly Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Readonly<Record<string, Response>>;
  security?: Security;
  "x-access"?: string;
  "x-permission"?: string;
};
export type OpenApi = Referring & { paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };
type Two<T> = readonly [before: T, after: T];

/** Every difference between two OpenAPI documents that a client can notice; `today` decides which sunsets have passed. */
export function compare(before: OpenApi, after: OpenApi, today: string): Change[] {
  const [old, young] = [operationsOf(before), operationsOf(after)];
  const came = [...young].filter(([name]) => !old.has(name));
  return [
    ...[...old].flatMap(([name, operation]) =>
      compareOperation(name, [operation, young.get(name)], [before, after], today),
    ),
    ...came.map(([operation]): Change => ({ operation, place: "operation", rule: "operation came", breaks: "nobody" })),
  ];
}

/** By method and path, in which a parameter may have another name. */
function operationsOf(document: OpenApi): Map<string, Operation> {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const parameters = inOrderOf(
        path,
        (operation.parameters ?? []).map((one) => resolve(document, one)),
      );
      return [`${method.toUpperCase()} ${path.replaceAll(/\{.+?\}/g, "{}")}`, { ...operation, parameters }] as const;
    }),
  );
  return new Map(all);
}

/** Parameters in the order in which the path names them, which a document need not keep. */
function inOrderOf(path: string, parameters: readonly Parameter[]): Parameter[] {
  const place = ({ in: where, name }: Parameter) => (where === "path" ? path.indexOf(`{${name}}`) : -1);
  return parameters.toSorted((a, b) => place(a) - place(b));
}

type Tell = (effect: Effect, place: string, rule: string, thing?: object) => void;
type Told = { documents: Two<OpenApi>; tell: (direction: Direction) => Tell };

function compareOperation(
  operation: string,
  [was, is]: [Operation, Operation | undefined],
  documents: Two<OpenApi>,
  today: string,
) {
  const changes: Change[] = [];
  const ofAll = sunsetOf(was, today);
  const tell =
    (direction: Direction): Tell =>
    (effect, place, rule, thing) => {
      const breaks = breaksClients(effect, direction) ? "old clients" : "nobody";
      const allowed = breaks === "nobody" ? undefined : (ofAll ?? sunsetOf(thing, today));
      changes.push({ operation, place, rule, breaks, ...(allowed !== undefined && { allowed }) });
    };
  if (!is) {
    tell("request")("changes", "operation", "operation went");
    return changes;
  }
  const told: Told = { documents, tell };
  if (was.operationId !== is.operationId) {
    tell("request")("changes", "operation", `operationId changed: ${was.operationId} → ${is.operationId}`);
  }
  compareSecurity(told, [was.security ?? [], is.security ?? []]);
  compareSchemes(told, was.security ?? []);
  compareNeeds(told, [was, is]);
  compareParameters(told, [was, is]);
  compareBodies(told, [was.requestBody, is.requestBody]);
  compareResponses(told, [was.responses, is.responses]);
  return changes;
}

/** Each entry of a list is one way in. An empty list lets everybody in. */
function compareSecurity({ tell }: Told, [was, is]: Two<Security>): void {
  const told = tell("request");
  const opens = (way: Security[number], old: Security[number]) =>
    Object.entries(way).every(
      ([scheme, scopes]) => old[scheme] && scopes.every((scope) => old[scheme]?.includes(scope)),
    );
  const name = (way: Security[number]) =>
    Object.entries(way)
      .map(([scheme, scopes]) => [scheme, ...scopes].join(" "))
      .join(" and ");
  if (was.length === 0 && is.length > 0) told("narrows", "security", "security came");
  if (was.length > 0 && is.length === 0) told("widens", "security", "security went");
  if (was.length === 0 || is.length === 0) return;
  for (const old of was.filter((one) => !is.some((way) => opens(way, one))))
    told("narrows", "security", `security tightened: ${name(old)}`);
  for (const way of is.filter((one) => !was.some((old) => opens(one, old) || opens(old, one))))
    told("adds", "security", `security came: ${name(way)}`);
}

/** Compares the ways in which the schemes of an operation carry a credential. */
function compareSchemes({ documents: [before, after], tell }: Told, security: Security): void {
  for (const name of new Set(security.flatMap((way) => Object.keys(way)))) {
    const [was, is] = [schemeOf(before, name), schemeOf(after, name)];
    if (was && is && !isDeepStrictEqual(was, is)) tell("request")("changes", "security", `scheme changed: ${name}`);
  }
}

/** A security scheme without its prose. */
function schemeOf({ components }: OpenApi, name: string): object | undefined {
  const { securitySchemes } = (components ?? {}) as { securitySchemes?: Readonly<Record<string, object>> };
  const scheme = securitySchemes?.[name];
  return (
    scheme &&
    JSON.parse(JSON.stringify(scheme, (key, value) => (key === "description" || key === "scopes" ? undefined : value)))
  );
}

/** Compares the role and the permission that a caller needs. */
function compareNeeds({ tell }: Told, [was, is]: Two<Operation>): void {
  for (const need of ["x-access", "x-permission"] as const) {
    const [a, b] = [was[need], is[need]];
    const effect = a === undefined ? "narrows" : b === undefined ? "widens" : "changes";
    if (a !== b) tell("request")(effect, "security", `${need} changed: ${a ?? "none"} → ${b ?? "none"}`);
  }
}

function compareParameters({ documents, tell }: Told, [was, is]: Two<Operation>): void {
  const told = tell("request");
  const [before, after] = documents;
  // A parameter of the path is known by its place in it.
  const named = ({ parameters: all = [] }: Operation) => {
    const isInPath = (one: Parameter) => one.in === "path";
    return new Map([
      ...all.filter((one) => !isInPath(one)).map((one) => [`${one.in} ${one.name}`, one] as const),
      ...all.filter(isInPath).map((one, i) => [`path {${i + 1}}`, one] as const),
    ]);
  };
  const [old, young] = [named(was), named(is)];
  for (const [place, one] of old) {
    const now = young.get(place);
    if (!now) {
      told("changes", place, "parameter went", one);
      continue;
    }
    if (now.required && !one.required) told("narrows", place, "parameter became required");
    if (one.required && !now.required) told("widens", place, "parameter became optional");
    if (one.style !== now.style || one.explode !== now.explode) told("changes", place, "style changed");
    compareSchemas({ before, after, direction: "request", tell: told }, [one.schema ?? {}, now.schema ?? {}], place);
  }
  for (const [place, one] of young) {
    if (!old.has(place))
      told(one.required ? "narrows" : "adds", place, `${one.required ? "required" : "optional"} parameter came`);
  }
}

function compareBodies({ documents, tell }: Told, [was, is]: Two<Operation["requestBody"]>): void {
  const [before, after] = documents;
  const [told, place] = [tell("request"), "request body"];
  if (!was || !is) {
    if (is) told(is.required ? "narrows" : "adds", place, `${is.required ? "required" : "optional"} body came`);
    if (was) told("changes", place, "body went");
    return;
  }
  if (is.required && !was.required) told("narrows", place, "body became required");
  if (was.required && !is.required) told("widens", place, "body became optional");
  compareContents({ before, after, direction: "request", tell: told }, [was.content, is.content], place);
}

function compareResponses({ documents, tell }: Told, [was, is]: Two<Operation["responses"]>): void {
  const [before, after] = documents;
  for (const [status, given] of Object.entries(was)) {
    const isError = Number(status) >= 400;
    const direction = isError ? "error" : "answer";
    const told = tell(direction);
    const now = is[status];
    if (!now) {
      told("changes", status, "status went", given);
      continue;
    }
    const [old, young] = [resolve(before, given), resolve(after, now)];
    const comparison = { before, after, direction, tell: told } as const;
    compareHeaders(comparison, [old.headers ?? {}, young.headers ?? {}], status);
    const place = `${status} body`;
    if (!isError) compareContents(comparison, [old.content ?? {}, young.content ?? {}], place);
    else {
      compareCodes(told, [codesOf(before, old), codesOf(after, young)], status);
      // The codes were compared by themselves.
      const others: Tell = (effect, at, rule, thing) =>
        at === `${place}.code` ? undefined : told(effect, at, rule, thing);
      compareContents({ ...comparison, tell: others }, [old.content ?? {}, young.content ?? {}], place);
    }
  }
  for (const status of Object.keys(is).filter((status) => !(status in was))) {
    tell(Number(status) >= 400 ? "error" : "answer")("grows", status, "status came");
  }
}

function compareHeaders(
  comparison: Comparison,
  [was, is]: Two<NonNullable<Response["headers"]>>,
  status: string,
): void {
  const { before, after, tell: told } = comparison;
  for (const [name, given] of Object.entries(was)) {
    const [place, now] = [`${status} header ${name}`, is[name]];
    if (!now) {
      told("changes", place, "header went");
      continue;
    }
    const [old, young] = [resolve(before, given), resolve(after, now)];
    if (old.required && !young.required) told("widens", place, "header became optional");
    compareSchemas(comparison, [old.schema ?? {}, young.schema ?? {}], place);
  }
  for (const name of Object.keys(is).filter((name) => !(name in was)))
    told("adds", `${status} header ${name}`, "header came");
}

function compareCodes(told: Tell, [was, is]: Two<readonly unknown[]>, status: string): void {
  for (const code of was.filter((code) => !is.includes(code))) told("changes", status, `code went: ${code}`);
  for (const code of is.filter((code) => !was.includes(code))) told("grows", status, `code came: ${code}`);
}

function codesOf(document: OpenApi, { content = {} }: Response): readonly unknown[] {
  return Object.values(content).flatMap(({ schema = {} }) =>
    alternativesOf(document, schema).flatMap(({ properties = {} }) =>
      alternativesOf(document, properties.code ?? {}).flatMap((code) => valuesOf(code) ?? []),
    ),
  );
}

function compareContents(comparison: Comparison, [was, is]: Two<Content>, place: string): void {
  const { tell } = comparison;
  for (const [type, { schema = {} }] of Object.entries(was)) {
    const now = is[type];
    if (now) compareSchemas(comparison, [schema, now.schema ?? {}], place);
    else tell("changes", place, `media type went: ${type}`);
  }
  for (const type of Object.keys(is).filter((type) => !(type in was))) tell("adds", place, `media type came: ${type}`);
}
