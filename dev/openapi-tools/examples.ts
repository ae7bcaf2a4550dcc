import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";

type Json = { readonly [key: string]: unknown };
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;

/** Validates every example of an OpenAPI document against its schema. Answers how many there are, and the faults. */
export function examplesOf(document: Json): { count: number; faults: string[] } {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ $id: "document", ...document });
  const faults: string[] = [];
  let count = 0;
  const hold = (pointer: string, value: unknown) => {
    const validate = ajv.compile({ $ref: `document#${pointer}` });
    count++;
    if (!validate(value)) faults.push(`${pointer}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(value)}`);
  };
  const exampleIn = (example: unknown): unknown => {
    const { $ref, value } = isObject(example) ? example : {};
    return typeof $ref === "string" ? exampleIn(at(document, $ref.slice(1))) : value;
  };
  const walk = (node: unknown, pointer: string): void => {
    if (!isObject(node)) return;
    const isSchema = "type" in node || "$ref" in node || "allOf" in node || "oneOf" in node || "anyOf" in node;
    if ("schema" in node) {
      if ("example" in node) hold(`${pointer}/schema`, node.example);
      for (const example of Object.values(node.examples ?? {})) hold(`${pointer}/schema`, exampleIn(example));
    } else if (isSchema && "example" in node) hold(pointer, node.example);
    for (const [key, inner] of Object.entries(node)) {
      if (key !== "example" && key !== "examples") walk(inner, `${pointer}/${encodeURIComponent(escaped(key))}`);
    }
  };
  walk(document, "");
  return { count, faults };
}

/** A key as a JSON pointer has it (RFC 6901). */
function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function at(document: Json, pointer: string): unknown {
  const keys = pointer.split("/").slice(1);
  return keys.reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), document);
}
