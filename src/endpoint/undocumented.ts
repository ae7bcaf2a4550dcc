import { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import type { Endpoint } from "./endpoint.ts";

/**
 * The error of a document that could not be made, with a line for each endpoint that has a schema it cannot show: `cause`
 * names neither.
 */
export function undocumented(endpoints: readonly Endpoint[], cause: unknown): Error {
  const faults = endpoints.flatMap((endpoint) => faultOf(endpoint));
  return new Error(["The document cannot show these endpoints.", ...faults].join("\n"), { cause });
}

/** Documents the endpoint alone, to find out if it is one of those. */
function faultOf({ route, contract }: Endpoint): string[] {
  const alone = new OpenAPIHono();
  alone.openAPIRegistry.registerPath(route);
  try {
    alone.getOpenAPI31Document({ openapi: "3.1.0", info: { title: "", version: "" } });
    return [];
  } catch (error) {
    return [`${contract.operationId}: ${remedyOf(error)}`];
  }
}

const UnknownType = z.object({ data: z.object({ currentSchema: z.object({ type: z.string() }) }) });

function remedyOf(error: unknown): string {
  if (error instanceof RangeError)
    return 'a schema contains itself: give it a name by .openapi("Name"), as z.json() needs';
  const type = UnknownType.safeParse(error).data?.data.currentSchema.type ?? "one of its schemas";
  return `${type} has no form in JSON Schema: say which by .openapi({ type: "string" }), or use another schema`;
}
