import { z } from "@hono/zod-openapi";
import type { TypedResponse } from "hono";
import { endpoint, json } from "../../endpoint/endpoint.ts";

export const openapi = endpoint(
  {
    method: "get",
    path: "/openapi.json",
    operationId: "openapi",
    tags: ["operations"],
    summary: "Get the OpenAPI document",
    description: "OpenAPI 3.1, generated from the endpoints.",
    access: "public",
    roundTrips: 0,
    // Kept by clients alone, which ask each time: a new version shows at once.
    cached: { seconds: 0, staleSeconds: 0 },
    offBy: "DOCS",
    responses: { 200: json(z.looseObject({ openapi: z.string() }), "The document") },
  },
  (c) => {
    const { bytes, etag } = c.var.document();
    const answer: unknown = c.body(bytes, 200, { "Content-Type": "application/json", ETag: etag });
    // Holds JSON already: `c.json`, which has this type, would serialise the document again for every request.
    return answer as TypedResponse<{ openapi: string }, 200, "json">;
  },
);
