import { z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { describeApi } from "../../src/endpoint/document.ts";
import { body, endpoint, json } from "../../src/endpoint/endpoint.ts";
import { Health } from "../../src/schemas/health.ts";

const shown = { PROJECT_NAME: "Things", VERSION: "1", FRONTEND_URL: undefined };

/** An endpoint that takes this field. */
function taking(operationId: string, field: z.ZodType) {
  return endpoint(
    {
      method: "post",
      path: `/${operationId}`,
      operationId,
      tags: ["things"],
      summary: "Take a thing",
      description: "A thing.",
      access: "public",
      roundTrips: 0,
      request: { body: body(z.strictObject({ field })) },
      responses: { 200: json(Health, "Taken") },
    },
    (c) => c.json({ status: "ok" as const }, 200),
  );
}

/** Makes the document of these endpoints. */
function documentOf(...endpoints: ReturnType<typeof taking>[]) {
  return () => describeApi(createApp(endpoints), endpoints, shown);
}

const plain = taking("plain", z.record(z.string(), z.unknown()));

describe("the document", () => {
  it("refuses schemas that it cannot show, and names each endpoint and the remedy", () => {
    const recursive = taking("recursive", z.json());
    const custom = taking("custom", z.custom<string>());
    expect(documentOf(plain, recursive, custom)).toThrow(
      new Error(
        "The document cannot show these endpoints.\n" +
          'recursive: a schema contains itself: give it a name by .openapi("Name"), as z.json() needs\n' +
          'custom: custom has no form in JSON Schema: say which by .openapi({ type: "string" }), or use another schema',
      ),
    );
  });

  it("shows them once that is done", () => {
    const named = taking("named", z.json().openapi("AnyJson"));
    const said = taking("said", z.custom<string>().openapi({ type: "string" }));
    expect(documentOf(plain, named, said)).not.toThrow();
  });
});
