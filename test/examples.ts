/** Calls and bodies made of nothing but the contracts: as the document says them. */
import { z } from "zod";
import type { Endpoint } from "../src/endpoint/endpoint.ts";
import { beginningOf, knownTypes } from "../src/http/magic-bytes.ts";
import { api } from "./harness.ts";

export type Schema = {
  $ref?: string;
  type?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  example?: unknown;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  properties?: Record<string, Schema>;
  required?: string[];
};

export type Parameter = {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  example?: unknown;
  schema: Schema;
};

export const { body: document } = await api.get("/openapi.json");

/** The operation that the document has for this endpoint. */
export function operationOf({ route }: Pick<Endpoint, "route">) {
  return document.paths[route.path][route.method];
}

export function parametersOf(endpoint: Pick<Endpoint, "route">, where: Parameter["in"]): Parameter[] {
  const all: Parameter[] = operationOf(endpoint).parameters ?? [];
  return all.filter((one) => one.in === where);
}

/** An answer as a document has it. Headers and examples refer to its components. */
export type DocumentedAnswer = {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, { schema: Schema; examples?: Record<string, { $ref: string }> }>;
};
type Answers = Record<string, DocumentedAnswer | { $ref: string }>;

/** The answers of an operation by their status, with those that it shares with others. */
export function answersIn(
  { components }: { components: { responses: Record<string, DocumentedAnswer> } },
  { responses }: { responses: Answers },
): Record<string, DocumentedAnswer | undefined> {
  return Object.fromEntries(
    Object.entries(responses).map(([status, answer]) => [
      status,
      "$ref" in answer ? components.responses[answer.$ref.replace("#/components/responses/", "")] : answer,
    ]),
  );
}

/** The schema itself, where this refers to one of the document's. */
export function resolved(schema: Schema | undefined): Schema {
  if (!schema?.$ref) return schema ?? {};
  return resolved(document.components.schemas[schema.$ref.split("/").at(-1) ?? ""]);
}

/** The value that tools fill in by themselves: the example, else the first value, else anything of the type. */
export function exampleOf(given: Schema): unknown {
  const schema = resolved(given);
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [choice] = schema.oneOf ?? schema.anyOf ?? [];
  if (choice) return exampleOf(choice);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(exampleOf));
  if (schema.items) return [exampleOf(schema.items)];
  if (schema.properties) {
    return Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, exampleOf(one)]));
  }
  const [type] = [schema.type].flat();
  if (schema.format === "binary") return new File(["bytes"], "file");
  if (type === "string" && schema.format === "uuid") return crypto.randomUUID();
  if (type === "string" && schema.format === "date-time") return new Date().toISOString();
  if (type === "string") return "string".padEnd(schema.minLength ?? 0, "x").slice(0, schema.maxLength);
  if (type === "integer" || type === "number") return schema.minimum ?? 0;
  if (type === "array") return [];
  if (type === "object") return {};
  return type === "boolean" ? true : null;
}

const [jsonType, formType, multipartType] = [
  "application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
];

/** The schema of a body of named fields: of JSON, or of the parts of a form. */
export function bodySchema(endpoint: Pick<Endpoint, "route">): Schema | undefined {
  const content: Record<string, Content> = operationOf(endpoint).requestBody?.content ?? {};
  const named = Object.entries(content).find(([type]) => isOfFields(type) || type === multipartType);
  return (content[jsonType] ?? named?.[1])?.schema;
}

/** True for what has fields of texts and more, such as `application/merge-patch+json`. */
function isOfFields(type: string): boolean {
  return type === jsonType || type === formType || type.endsWith("+json");
}

/** The fields, without files, that an endpoint's contract gives as its example; undefined where it takes none. */
export function exampleBody(endpoint: Pick<Endpoint, "route">): Record<string, unknown> | undefined {
  const schema = bodySchema(endpoint);
  return schema && Object.fromEntries(Object.entries(Object(exampleOf(schema))).filter(([, one]) => !isFile(one)));
}

/** These fields as the endpoint's body, completed by the files that it needs; its example without any. */
export function carrying(
  endpoint: Pick<Endpoint, "route">,
  fields: Record<string, unknown> | undefined = exampleBody(endpoint),
): { json?: unknown; body?: BodyInit; headers?: Record<string, string> } {
  const all: Record<string, Content> = operationOf(endpoint).requestBody?.content ?? {};
  const [[type, content] = []] = Object.entries(all);
  if (!type || !content || jsonType in all) return fields ? { json: fields } : {};
  if (type !== multipartType) return inType(type, content, isOfFields(type) ? fields : undefined);
  const example = Object.entries(Object(exampleOf(content.schema)));
  const files = example.filter(([name, one]) => isFile(one) && content.schema.required?.includes(name));
  return inType(type, content, { ...Object.fromEntries(files), ...fields });
}

/** A body as the document says it, by its media type. */
export type Content = { schema: Schema; encoding?: Record<string, { contentType: string }> };

/** The content's example, or these fields, in a media type. */
export function inType(type: string, { schema, encoding }: Content, fields: unknown = exampleOf(schema)) {
  if (type === multipartType) return { body: formOf(Object.entries(Object(fields)), encoding) };
  const headers = { "Content-Type": type };
  if (type === formType) return { headers, body: new URLSearchParams(fields as Record<string, string>) };
  return { headers, body: fields instanceof File ? fileOf(type, fields) : JSON.stringify(fields) };
}

function formOf(parts: [string, unknown][], encoding: Content["encoding"] = {}): FormData {
  const form = new FormData();
  for (const [name, one] of parts) {
    const [type = ""] = encoding[name]?.contentType.split(", ") ?? [];
    for (const value of [one].flat()) {
      form.append(name, value instanceof File ? new File([value], value.name, { type }) : String(value));
    }
  }
  return form;
}

/** The file, or one that begins as files of its media type do, if that is known. */
function fileOf(type: string, file: File): File {
  const known = knownTypes.find((one) => one === type);
  return known ? new File([beginningOf(known)], file.name) : file;
}

/** True for a file, and for a list of files. */
function isFile(value: unknown): boolean {
  return [value].flat()[0] instanceof File;
}

/** A JSON body after its contract: the same, unless its schema changes a field. */
export function takenBy({ contract }: Pick<Endpoint, "contract">, json: unknown): unknown {
  const content = contract.request?.body?.content["application/json"] ?? {};
  const taken = "schema" in content && content.schema instanceof z.ZodType ? content.schema.safeParse(json) : undefined;
  return taken?.success ? taken.data : json;
}

/** The endpoint's path with an example of each parameter, or these values by name, and of each query that it needs. */
export function examplePath(endpoint: Pick<Endpoint, "route">, values: Record<string, string> = {}): string {
  const text = ({ name, example, schema }: Parameter) => String(values[name] ?? example ?? exampleOf(schema));
  const path = parametersOf(endpoint, "path").reduce(
    (filled, one) => filled.replace(`{${one.name}}`, encodeURIComponent(text(one))),
    endpoint.route.path,
  );
  const query = new URLSearchParams(
    parametersOf(endpoint, "query").flatMap((one) => (one.required ? [[one.name, text(one)]] : [])),
  );
  return query.size > 0 ? `${path}?${query}` : path;
}

/** The parameters of a path by their names, in their order. */
export function parametersIn({ route }: Pick<Endpoint, "route">, path: string): { name: string; value: string }[] {
  const own = route.path.replace(/^\/api\/v1/, "").split("/");
  const given = (path.split("?")[0] ?? "").replace(/^\/api\/v1/, "").split("/");
  return own.flatMap((part, i) => (part.startsWith("{") ? [{ name: part.slice(1, -1), value: given[i] ?? "" }] : []));
}

/** The values in a path by the names of its parameters. */
export function valuesIn(endpoint: Pick<Endpoint, "route">, path: string): Record<string, string> {
  return Object.fromEntries(parametersIn(endpoint, path).map(({ name, value }) => [name, value]));
}

/** The path of this call with other values of some parameters. */
export function withParameters(
  { route }: Pick<Endpoint, "route">,
  path: string,
  values: Record<string, string>,
): string {
  const parts = path.split("/");
  const own = path.startsWith("/api/v1/") ? route.path : route.path.replace(/^\/api\/v1/, "");
  for (const [i, part] of own.split("/").entries()) {
    const value = values[part.slice(1, -1)];
    if (part.startsWith("{") && value) parts[i] = value + (parts[i]?.match(/\?.*$/)?.[0] ?? "");
  }
  return parts.join("/");
}
