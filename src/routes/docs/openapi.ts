import { z } from "@hono/zod-openapi";
import { endpoint, json } from "../../endpoint.ts";

export const openapi = endpoint(
  {
    method: "get",
    path: "/openapi.json",
    operationId: "openapi",
    tags: ["operations"],
    summary: "Get the OpenAPI document",
    description: "OpenAPI 3.1, made from the endpoints themselves.",
    access: "public",
    roundTrips: 0,
    responses: { 200: json(z.looseObject({ openapi: z.string() }), "The document") },
  },
  (c) => c.json({ openapi: "3.1.0", ...c.var.document() }, 200),
);
