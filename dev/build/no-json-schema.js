/** Stands in for zod's reader of JSON Schema, which nothing here uses. */
export function fromJSONSchema() {
  throw new Error("zod's fromJSONSchema is left out of the Worker by an alias in wrangler.toml");
}
