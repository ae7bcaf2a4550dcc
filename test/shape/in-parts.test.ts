import fc from "fast-check";
import type { Context } from "hono";
import { describe, expect, inject, it } from "vitest";
import { z } from "zod";
import { shapes } from "../../dev/shapes/parts.ts";
import { createApp } from "../../src/app.ts";
import { type Endpoint, endpoint, json } from "../../src/endpoint/endpoint.ts";
import { endpoints as all } from "../../src/routes/index.ts";
import { bindings } from "../harness.ts";
import { appInParts } from "../runtime/app-in-parts.ts";
import { answerOf, deps as production } from "../runtime/worker.ts";

const deps = { ...production, log: () => undefined };

/** An endpoint that tells which one it is. Untyped, as its path is not known to the compiler. */
function telling(method: string, path: string, tag: string, operationId: string): Endpoint {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const params = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
  const contract = {
    ...{ method, path, operationId, tags: [tag], summary: "Tell", description: "Tells its name." },
    ...{ access: "public", withoutSettings: true, roundTrips: 0, request: { params } },
    responses: { 200: json(z.object({ name: z.string() }), "Its name") },
  };
  return endpoint(contract as never, ((c: Context) => c.json({ name: operationId }, 200)) as never);
}

/** Paths that are in several groups, below each other and beside each other. */
const tangled = [
  telling("get", "/things/me", "people", "readMine"),
  telling("get", "/things/{id}", "things", "readThing"),
  telling("put", "/things/{id}", "writers", "writeThing"),
  telling("delete", "/things/{other}", "cleaners", "deleteThing"),
  telling("post", "/things/{id}/parts", "parts", "makePart"),
  telling("get", "/things/{id}/parts/last", "people", "readLastPart"),
  telling("get", "/things/{id}/parts/{part}", "parts", "readPart"),
  telling("get", "/{kind}/special/parts", "special", "readSpecial"),
  ...all.filter(({ contract: { tags } }) => tags[0] === "operations"),
];

/** Everything of an answer that must not depend on the shape. */
async function told(app: ReturnType<typeof createApp> | ReturnType<typeof appInParts>, request: Request) {
  const answer = await answerOf(app, request, bindings);
  const { "x-request-id": _, ...headers } = Object.fromEntries(answer.headers);
  const text = (await answer.text()).replaceAll(/[0-9a-f-]{36}/g, "…");
  return { status: answer.status, headers: { ...headers, "content-security-policy": "" }, text };
}

const segment = fc.constantFrom(
  "things",
  "me",
  "7",
  "parts",
  "last",
  "special",
  "",
  "%2F",
  "th%69ngs",
  "%E0%A4%A",
  ".",
  "é",
);
const path = fc
  .tuple(
    fc.constantFrom("/api/v1", "", "/API/v1"),
    fc.array(segment, { maxLength: 5 }),
    fc.constantFrom("", "/", "?a=1"),
  )
  .map(([root, segments, end]) => `${root}/${segments.join("/")}${end}`);
const method = fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND");
const headers = fc.constantFrom<Record<string, string>>(
  {},
  { Origin: "https://app.example.com" },
  { Origin: "https://app.example.com", "Access-Control-Request-Method": "PUT" },
  { Origin: "https://other.example.com", "Access-Control-Request-Method": "PUT" },
);

describe.each(shapes)("promise 50: an API in the shape %s", (shape) => {
  it("answers as one Worker does, whatever is asked of paths that several parts share", async () => {
    const [one, parts] = [createApp(tangled, deps), appInParts(tangled, deps, shape)];
    await fc.assert(
      fc.asyncProperty(method, path, headers, async (method, path, headers) => {
        const request = () => new Request(`https://api.example.com${path}`, { method, headers });
        expect(await told(parts, request())).toStrictEqual(await told(one, request()));
      }),
      {
        numRuns: 400,
        seed: inject("fuzz").seed,
        examples: [
          ["DELETE", "/api/v1/things/me", {}],
          ["OPTIONS", "/api/v1/things/7", {}],
        ],
      },
    );
  });

  it("refuses, lists and documents as one Worker does, at every path of the API", async () => {
    const [one, parts] = [createApp(all, deps), appInParts(all, deps, shape)];
    const paths = new Set(
      all.map(({ policy }) => policy.path.replaceAll(/\{\w+\}/g, "019f0000-0000-7000-8000-000000000000")),
    );
    const preflight = { Origin: "https://app.example.com", "Access-Control-Request-Method": "DELETE" };
    for (const path of [...paths, "/api/v1/nowhere", "/static/nothing.css"]) {
      for (const [method, headers] of [
        ["OPTIONS", {}],
        ["OPTIONS", preflight],
        ["PROPFIND", {}],
        ["PUT", {}],
      ] as const) {
        const request = () => new Request(`https://api.example.com${path}`, { method, headers });
        expect(await told(parts, request()), `${method} ${path}`).toStrictEqual(await told(one, request()));
      }
    }
    const document = () => new Request("https://api.example.com/api/v1/openapi.json");
    expect(await told(parts, document())).toStrictEqual(await told(one, document()));
  });
});
