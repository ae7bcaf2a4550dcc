import { z } from "@hono/zod-openapi";
import { FieldError } from "./field-errors.ts";

/** RFC 9457 problem details. */
export const Problem = z
  .object({
    type: z.string().openapi({ example: "about:blank" }),
    title: z.string().openapi({ example: "Unprocessable Content" }),
    status: z.int().openapi({ example: 422 }),
    detail: z.string().openapi({ description: "One sentence for people", example: "body.title: Field required" }),
    code: z.string().openapi({ description: "Stable, for programs", example: "validation_failed" }),
    request_id: z.string().openapi({ description: "Quote it when you ask for help" }),
    errors: z
      .array(FieldError)
      .optional()
      .openapi({ description: "What is wrong with the request: the first fifty faults" }),
  })
  .openapi("Problem");

/** A problem of a token endpoint, with the members of RFC 6749, section 5.2. */
export const OAuthProblem = Problem.extend({ error: z.string(), error_description: z.string() }).openapi(
  "OAuthProblem",
);
