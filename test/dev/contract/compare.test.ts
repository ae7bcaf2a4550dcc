import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { changeReport, lastRelease, refused } from "../../../dev/commands/contract.ts";
import type { Change } from "../../../dev/contract/change.ts";
import { compare, type OpenApi } from "../../../dev/contract/compare.ts";

const today = "2026-11-26";

/** A released contract, which each case changes in one place. */
const released = {
  paths: {
    "/things/{id}": {
      patch: {
        operationId: "updateThing",
        deprecated: false as boolean,
        "x-permission": "things:write",
        security: [{ bearer: [] as string[] }, { apiKey: ["things:write"] }] as object[],
        parameters: [
          { name: "id", in: "path", required: true, schema: { type: "string" } },
          { name: "limit", in: "query", required: false, schema: { type: "integer", maximum: 100, default: 20 } },
          { name: "If-Match", in: "header", required: false, schema: { type: "string" } },
        ] as object[],
        requestBody: {
          required: true,
          content: { "application/json": { schema: { $ref: "#/components/schemas/Update" } } } as Record<
            string,
            object
          >,
        },
        responses: {
          "200": {
            headers: { ETag: { required: true, schema: { type: "string" } } } as Record<string, object>,
            content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } } as Record<
              string,
              object
            >,
          },
          "409": { $ref: "#/components/responses/taken" },
        } as Record<string, object>,
      },
    },
  } as Record<string, Record<string, object>>,
  components: {
    securitySchemes: {
      bearer: { type: "http", scheme: "bearer" },
      apiKey: { type: "apiKey", in: "header", name: "X-Api-Key", description: "A key" },
    },
    responses: {
      taken: {
        content: {
          "application/problem+json": {
            schema: {
              allOf: [
                { $ref: "#/components/schemas/Problem" },
                { properties: { code: { enum: ["taken", "in_use"] } } },
              ],
            },
          },
        },
      },
    },
    schemas: {
      Problem: {
        type: "object",
        properties: { code: { type: "string" }, detail: { type: "string" }, kind: { enum: ["missing", "invalid"] } },
        required: ["code", "detail"],
      },
      Update: {
        type: "object",
        properties: {
          title: { type: "string", minLength: 1, maxLength: 200 },
          status: { type: "string", enum: ["open", "closed"] },
          note: { type: ["string", "null"] },
          due: { type: "string", format: "date" },
          slug: { type: "string" },
          tags: { type: "array", items: { type: "string" }, maxItems: 10 },
        },
        required: ["title"],
        additionalProperties: false,
      },
      Thing: {
        type: "object",
        properties: {
          id: { type: "string", format: "uuid" },
          title: { type: "string", maxLength: 200 },
          status: { type: "string", enum: ["open", "closed"] },
          note: { type: ["string", "null"] },
          size: { type: "integer" },
          owner: { oneOf: [{ $ref: "#/components/schemas/Owner" }, { type: "null" }] },
          parts: { type: "array", items: { $ref: "#/components/schemas/Thing" } },
        },
        required: ["id", "title", "status", "note", "size"],
      },
      Owner: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
    },
  },
};
// biome-ignore lint/suspicious/noExplicitAny: each case changes another place of the document, by its name
type Loose = any;

const [broken, fine] = ["old clients", "nobody"] as const;
type Case = [what: string, change: (parts: Loose) => void, place: string, rule: RegExp, breaks: Change["breaks"]];
const cases: Case[] = [
  // The request, which may only widen.
  [
    "a required field",
    ({ update }) => {
      update.properties.size = {};
      update.required.push("size");
    },
    "request body.size",
    /required field came/,
    broken,
  ],
  [
    "an optional field",
    ({ update }) => {
      update.properties.size = {};
    },
    "request body.size",
    /^field came/,
    fine,
  ],
  [
    "a field that is gone",
    ({ update }) => {
      delete update.properties.slug;
    },
    "request body.slug",
    /field went/,
    broken,
  ],
  [
    "a field that is required now",
    ({ update }) => update.required.push("slug"),
    "request body.slug",
    /became required/,
    broken,
  ],
  [
    "a field that is optional now",
    ({ update }) => update.required.pop(),
    "request body.title",
    /became optional/,
    fine,
  ],
  [
    "an enum that shrank",
    ({ update }) => update.properties.status.enum.pop(),
    "request body.status",
    /enum shrank: "closed"/,
    broken,
  ],
  [
    "an enum that grew",
    ({ update }) => update.properties.status.enum.push("late"),
    "request body.status",
    /enum grew: "late"/,
    fine,
  ],
  [
    "an enum where there was none",
    ({ update }) => {
      update.properties.slug.enum = ["a"];
    },
    "request body.slug",
    /enum came/,
    broken,
  ],
  [
    "null that is refused",
    ({ update }) => {
      update.properties.note.type = "string";
    },
    "request body.note",
    /type narrowed/,
    broken,
  ],
  [
    "null that is taken",
    ({ update }) => {
      update.properties.slug.type = ["string", "null"];
    },
    "request body.slug",
    /type widened/,
    fine,
  ],
  [
    "a shorter text",
    ({ update }) => {
      update.properties.title.maxLength = 100;
    },
    "request body.title",
    /maxLength changed: 200 → 100/,
    broken,
  ],
  [
    "a longer text",
    ({ update }) => {
      update.properties.title.maxLength = 300;
    },
    "request body.title",
    /maxLength changed: 200 → 300/,
    fine,
  ],
  [
    "a least length",
    ({ update }) => {
      update.properties.slug.minLength = 3;
    },
    "request body.slug",
    /minLength changed: none → 3/,
    broken,
  ],
  [
    "a pattern",
    ({ update }) => {
      update.properties.slug.pattern = "^a";
    },
    "request body.slug",
    /pattern came/,
    broken,
  ],
  [
    "a pattern that is gone",
    ({ update, old }) => {
      old.update.properties.slug.pattern = "^a";
      delete update.properties.slug.pattern;
    },
    "request body.slug",
    /pattern went/,
    fine,
  ],
  [
    "another format",
    ({ update }) => {
      update.properties.due.format = "date-time";
    },
    "request body.due",
    /format changed: date → date-time/,
    broken,
  ],
  [
    "fewer entries",
    ({ update }) => {
      update.properties.tags.maxItems = 5;
    },
    "request body.tags",
    /maxItems/,
    broken,
  ],
  [
    "entries of another type",
    ({ update }) => {
      update.properties.tags.items.type = "integer";
    },
    "request body.tags[]",
    /type narrowed: string → integer/,
    broken,
  ],
  [
    "a body that is optional",
    ({ patch }) => {
      patch.requestBody.required = false;
    },
    "request body",
    /body became optional/,
    fine,
  ],
  [
    "a media type that is gone",
    ({ patch }) => {
      patch.requestBody.content = { "text/plain": {} };
    },
    "request body",
    /media type went: application\/json/,
    broken,
  ],
  // Parameters and security.
  [
    "a required header",
    ({ patch }) => patch.parameters.push({ name: "X-Tenant", in: "header", required: true }),
    "header X-Tenant",
    /required parameter came/,
    broken,
  ],
  [
    "an optional parameter",
    ({ patch }) => patch.parameters.push({ name: "q", in: "query" }),
    "query q",
    /optional parameter came/,
    fine,
  ],
  [
    "a header that is required now",
    ({ patch }) => {
      patch.parameters[2].required = true;
    },
    "header If-Match",
    /became required/,
    broken,
  ],
  [
    "a parameter that is gone",
    ({ patch }) => {
      patch.parameters.splice(1, 1);
    },
    "query limit",
    /parameter went/,
    broken,
  ],
  [
    "another default",
    ({ patch }) => {
      patch.parameters[1].schema.default = 50;
    },
    "query limit",
    /default changed: 20 → 50/,
    broken,
  ],
  [
    "a lower maximum",
    ({ patch }) => {
      patch.parameters[1].schema.maximum = 50;
    },
    "query limit",
    /maximum changed: 100 → 50/,
    broken,
  ],
  [
    "security that tightened",
    ({ patch }) => {
      patch.security.shift();
    },
    "security",
    /security tightened: bearer/,
    broken,
  ],
  [
    "a permission more",
    ({ patch }) => {
      patch.security[1].apiKey.push("admin");
    },
    "security",
    /security tightened: apiKey things:write/,
    broken,
  ],
  [
    "no security",
    ({ patch }) => {
      patch.security = [];
    },
    "security",
    /security went/,
    fine,
  ],
  [
    "a role",
    ({ patch }) => {
      patch["x-access"] = "admin";
    },
    "security",
    /x-access changed: none → admin/,
    broken,
  ],
  [
    "another permission",
    ({ patch }) => {
      patch["x-permission"] = "things:admin";
    },
    "security",
    /x-permission changed: things:write/,
    broken,
  ],
  // The answer, which may only narrow.
  [
    "a field less",
    ({ thing }) => {
      delete thing.properties.size;
    },
    "200 body.size",
    /field went/,
    broken,
  ],
  [
    "a field more",
    ({ thing }) => {
      thing.properties.colour = {};
    },
    "200 body.colour",
    /field came/,
    fine,
  ],
  [
    "a field that may be missing",
    ({ thing }) => {
      thing.required.pop();
    },
    "200 body.size",
    /became optional/,
    broken,
  ],
  [
    "a value more",
    ({ thing }) => {
      thing.properties.status.enum.push("late");
    },
    "200 body.status",
    /enum grew: "late"/,
    broken,
  ],
  [
    "a value less",
    ({ thing }) => {
      thing.properties.status.enum.pop();
    },
    "200 body.status",
    /enum shrank: "closed"/,
    fine,
  ],
  [
    "null that was never there",
    ({ thing }) => {
      thing.properties.title.type = ["string", "null"];
    },
    "200 body.title",
    /type widened/,
    broken,
  ],
  [
    "null that is never there",
    ({ thing }) => {
      thing.properties.note.type = "string";
    },
    "200 body.note",
    /type narrowed/,
    fine,
  ],
  [
    "fractions",
    ({ thing }) => {
      thing.properties.size.type = "number";
    },
    "200 body.size",
    /type widened: integer → number/,
    broken,
  ],
  [
    "a longer text in an answer",
    ({ thing }) => {
      thing.properties.title.maxLength = 300;
    },
    "200 body.title",
    /maxLength/,
    broken,
  ],
  [
    "no format",
    ({ thing }) => {
      delete thing.properties.id.format;
    },
    "200 body.id",
    /format went: uuid/,
    broken,
  ],
  [
    "one more alternative",
    ({ thing }) => thing.properties.owner.oneOf.push({ type: "string" }),
    "200 body.owner",
    /an alternative came/,
    broken,
  ],
  [
    "one alternative less",
    ({ thing }) => thing.properties.owner.oneOf.pop(),
    "200 body.owner",
    /an alternative went/,
    fine,
  ],
  [
    "a field less, below",
    ({ schemas }) => {
      delete schemas.Owner.properties.name;
    },
    "200 body.owner.name",
    /field went/,
    broken,
  ],
  [
    "a header less",
    ({ patch }) => {
      patch.responses[200].headers = {};
    },
    "200 header ETag",
    /header went/,
    broken,
  ],
  [
    "a header more",
    ({ patch }) => {
      patch.responses[200].headers.Age = {};
    },
    "200 header Age",
    /header came/,
    fine,
  ],
  // Statuses and codes.
  [
    "a success that is gone",
    ({ patch }) => {
      patch.responses = { "204": {}, "409": patch.responses[409] };
    },
    "200",
    /status went/,
    broken,
  ],
  [
    "another success",
    ({ patch }) => {
      patch.responses[202] = {};
    },
    "202",
    /status came/,
    broken,
  ],
  [
    "an error that is gone",
    ({ patch }) => {
      delete patch.responses[409];
    },
    "409",
    /status went/,
    broken,
  ],
  [
    "one more error",
    ({ patch }) => {
      patch.responses[404] = {};
    },
    "404",
    /status came/,
    fine,
  ],
  ["a code that is gone", ({ codes }) => codes.pop(), "409", /code went: in_use/, broken],
  ["one more code", ({ codes }) => codes.push("late"), "409", /code came: late/, fine],
  [
    "one more kind of fault",
    ({ schemas }) => schemas.Problem.properties.kind.enum.push("late"),
    "409 body.kind",
    /enum grew/,
    fine,
  ],
  // The operation.
  [
    "another operationId",
    ({ patch }) => {
      patch.operationId = "changeThing";
    },
    "operation",
    /operationId changed/,
    broken,
  ],
  [
    "an operation that is gone",
    ({ document }) => {
      document.paths = {};
    },
    "operation",
    /operation went/,
    broken,
  ],
  [
    "one more operation",
    ({ document }) => {
      document.paths["/things"] = { get: { responses: {} } };
    },
    "operation",
    /operation came/,
    fine,
  ],
  [
    "a security scheme that moved",
    ({ document }) => {
      document.components.securitySchemes.apiKey.in = "query";
    },
    "security",
    /scheme changed: apiKey/,
    broken,
  ],
  [
    "another default of a field of the body",
    ({ update }) => {
      update.properties.slug.default = "untitled";
    },
    "request body.slug",
    /default changed: none → "untitled"/,
    broken,
  ],
  [
    "items of one kind only",
    ({ update, old }) => {
      old.update.properties.tags = { type: "array" };
      update.properties.tags = { type: "array", items: { type: "string" } };
    },
    "request body.tags[]",
    /the schema of the items came/,
    broken,
  ],
  [
    "items of any kind",
    ({ thing, old }) => {
      old.thing.properties.tags = { type: "array", items: { type: "string" } };
      thing.properties.tags = { type: "array" };
    },
    "200 body.tags[]",
    /the schema of the items went/,
    broken,
  ],
];

function partsOf(document: Loose) {
  const { schemas, responses } = document.components;
  const codes = responses.taken.content["application/problem+json"].schema.allOf[1].properties.code.enum;
  return {
    document,
    schemas,
    codes,
    update: schemas.Update,
    thing: schemas.Thing,
    patch: document.paths["/things/{id}"].patch,
  };
}

/** The released contract and the same after a change. */
function changed(change: (parts: Loose) => void): [OpenApi, OpenApi] {
  const [before, after] = [structuredClone(released), structuredClone(released)];
  change({ ...partsOf(after), old: partsOf(before) });
  return [before, after] as unknown as [OpenApi, OpenApi];
}

describe("the release that npm run contract compares with", () => {
  const made: string[] = [];
  afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true }))));
  afterEach(() => void vi.unstubAllEnvs());
  const run = (folder: string, ...args: string[]) =>
    promisify(execFile)("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], { cwd: folder });
  async function folder(): Promise<string> {
    const own = await mkdtemp(join(tmpdir(), "contract-"));
    made.push(own);
    return own;
  }
  async function repository() {
    const own = await folder();
    await run(own, "init", "-q");
    const release = async (tag: string, text: string) => {
      await writeFile(join(own, "openapi.json"), text);
      await run(own, "add", ".");
      await run(own, "commit", "-q", "-m", tag);
      await run(own, "tag", tag);
    };
    return { own, release };
  }

  it("is the newest tag, or the one before while that is being released", async () => {
    const { own, release } = await repository();
    await release("v1", "first");
    expect(await lastRelease(own, "first")).toBeUndefined();
    expect(await lastRelease(own, "changed since")).toBe("v1");
    await release("v2", "second");
    expect(await lastRelease(own, "second")).toBe("v1");
    expect(await lastRelease(own, "changed since")).toBe("v2");
    await run(own, "commit", "-q", "--allow-empty", "-m", "more");
    expect(await lastRelease(own, "second")).toBe("v2");
  });

  it("cannot be known in a shallow clone, which is refused by name", async () => {
    const { own, release } = await repository();
    await release("v1", "first");
    await run(own, "commit", "-q", "--allow-empty", "-m", "more");
    const shallow = await folder();
    await run(shallow, "clone", "-q", "--depth", "1", `file://${own}`, ".");
    await expect(lastRelease(shallow, "first")).rejects.toThrow("git fetch --unshallow --tags");
  });

  it("cannot be known where git refuses a folder that another user owns", async () => {
    const { own, release } = await repository();
    await release("v1", "first");
    vi.stubEnv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    await expect(lastRelease(own, "changed since")).rejects.toThrow(`--add safe.directory ${own}`);
  });

  it("is none where git is not used", async () => {
    expect(await lastRelease(await folder(), "first")).toBeUndefined();
  });
});

describe("promise 49: npm run contract", () => {
  it("has at least forty changes to tell, and finds none where there is none", () => {
    expect(cases.length).toBeGreaterThanOrEqual(40);
    expect(compare(...changed(() => undefined), today)).toStrictEqual([]);
    const reworded = changed(({ document, patch }) => {
      document.components.securitySchemes.apiKey.description = "The key of a user";
      patch.parameters[1].schema.default = 20;
    });
    expect(compare(...reworded, today)).toStrictEqual([]);
  });

  it.each(cases)("tells %s", (_what, change, place, rule, breaks) => {
    const changes = compare(...changed(change), today);
    expect(changes).toContainEqual(expect.objectContaining({ place, rule: expect.stringMatching(rule), breaks }));
    expect(
      changes.some((one) => one.breaks === broken),
      "whether anything breaks",
    ).toBe(breaks === broken);
  });

  it("takes a parameter of the path under another name", () => {
    const [before, after] = changed(({ document, patch }) => {
      patch.parameters[0].name = "thing_id";
      document.paths = { "/things/{thing_id}": { patch } };
    });
    expect(compare(before, after, today)).toStrictEqual([]);
  });

  it("compares defaults by their values, and parameters of the path by their place in it, whatever their order", () => {
    const parameters = (...names: string[]) => [
      ...names.map((name) => ({ name, in: "path", required: true, schema: name === "id" ? { format: "uuid" } : {} })),
      { name: "fields", in: "query", schema: { type: "array", default: ["id"] } },
    ];
    const change = ({ document, old, patch }: Loose) => {
      const path = "/things/{id}/parts/{part}";
      document.paths = { [path]: { patch: { ...patch, parameters: parameters("part", "id") } } };
      old.document.paths = { [path]: { patch: { ...old.patch, parameters: parameters("id", "part") } } };
    };
    expect(compare(...changed(change), today)).toStrictEqual([]);
  });

  it("allows a break where what went was deprecated, and its sunset has passed", () => {
    const sunset = (day: string) => ({ deprecated: true, "x-sunset": day });
    const without = (day: string) =>
      changed(({ document, old }) => {
        Object.assign(old.patch, sunset(day));
        document.paths = {};
      });
    expect(refused(compare(...without("2026-11-25"), today))).toStrictEqual([]);
    expect(refused(compare(...without(today), today))).toHaveLength(1);
    const [before, after] = changed(({ update, old }) => {
      Object.assign(old.update.properties.slug, sunset("2026-01-01"));
      delete update.properties.slug;
    });
    const changes = compare(before, after, today);
    expect(refused(changes)).toStrictEqual([]);
    expect(changeReport(changes, false)[0]).toBe(
      "request body.slug: field went. Breaks old clients, allowed: its sunset was 2026-01-01.\n  PATCH /things/{}",
    );
  });

  it("lists what breaks nobody only when asked, and each difference once for all operations", () => {
    const [before, after] = changed(({ update }) => {
      update.properties.size = {};
    });
    const changes = compare(before, after, today);
    expect(changeReport(changes, false)).toStrictEqual([
      "0 changes break old clients, 1 breaks nobody (--all lists them).",
    ]);
    expect(changeReport(changes, true)[0]).toBe("request body.size: field came. Breaks nobody.\n  PATCH /things/{}");
    const many = ["GET /a", "GET /b", "GET /c", "GET /d"].map((operation) => ({
      ...{ operation, place: "200", rule: "status went", breaks: broken },
    }));
    expect(changeReport(many, false)[0]).toBe(
      "200: status went. Breaks old clients.\n  GET /a, GET /b, GET /c and 1 more",
    );
  });
});
