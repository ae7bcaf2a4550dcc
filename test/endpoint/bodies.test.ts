import { z } from "@hono/zod-openapi";
import { hc } from "hono/client";
import { describe, expect, expectTypeOf, it } from "vitest";
import { createApp, defaultDeps } from "../../src/app.ts";
import type { Upload } from "../../src/context/types.ts";
import { Users } from "../../src/crud/users.ts";
import { file, files, multipart, upload } from "../../src/endpoint/bodies.ts";
import { body, endpoint, json, optional } from "../../src/endpoint/endpoint.ts";
import { ApiError } from "../../src/errors.ts";
import { endpoints as own } from "../../src/routes/index.ts";
import { wholeNumber } from "../../src/schemas/parameters.ts";
import { text } from "../../src/schemas/text.ts";
import { answersIn } from "../examples.ts";
import { aUser, serve, unique } from "../harness.ts";

const said = { tags: ["operations"], access: "user", method: "post" } as const;
const Taken = z.object({ size: z.int(), type: z.string(), said: z.string() });
const responses = { 200: json(Taken, "What was taken") };

const small = endpoint(
  {
    ...{ ...said, path: "/small", operationId: "small", summary: "Take little", description: "Takes little." },
    request: { body: body(z.strictObject({ said: z.string() }), { maxBytes: 100 }) },
    responses,
  },
  async (c) => {
    const { db, run, user } = c.var;
    await run(Users.find(db, user.id, user));
    return c.json({ size: 0, type: "", ...c.req.valid("json") }, 200);
  },
);
const form = endpoint(
  {
    ...{ ...said, path: "/form", operationId: "form", summary: "Take a form", description: "Takes a form." },
    idempotent: true,
    request: {
      body: multipart(
        {
          title: text({ min: 1, max: 20 }),
          count: wholeNumber({ min: 1, max: 9 }).optional(),
          cover: file({ types: ["image/png", "image/jpeg"], maxBytes: 1_000 }).optional(),
        },
        { maxBytes: 2_000 },
      ),
    },
    responses,
  },
  async (c) => {
    const { db, run, user } = c.var;
    const { title, count, cover } = c.req.valid("form");
    expectTypeOf(cover).toEqualTypeOf<File | undefined>();
    expectTypeOf(count).toEqualTypeOf<number | undefined>();
    await run(Users.find(db, user.id, user));
    const bytes = new Uint8Array((await cover?.arrayBuffer()) ?? []);
    return c.json({ size: bytes.byteLength, type: cover?.type ?? "", said: `${title} ${count} ${bytes.join()}` }, 200);
  },
);
const either = endpoint(
  {
    ...{ ...said, path: "/either", operationId: "either", summary: "Take either", description: "Takes either." },
    idempotent: true,
    request: {
      body: {
        content: {
          ...body(z.strictObject({ title: z.string() })).content,
          ...multipart({ title: z.string(), cover: file({ types: ["image/png"] }).optional() }).content,
        },
      },
    },
    responses,
  },
  async (c) => {
    const { db, run, user } = c.var;
    const taken: { title: string; cover?: File | undefined } = { ...c.req.valid("form"), ...c.req.valid("json") };
    const { title, cover } = taken;
    await run(Users.find(db, user.id, user));
    return c.json({ size: cover?.size ?? 0, type: cover?.type ?? "", said: title }, 200);
  },
);
const uploading = (maxBytes: number, seconds: number, handle: (upload: Upload) => Promise<number>) =>
  endpoint(
    {
      ...{ ...said, path: "/up", operationId: "up", summary: "Take a stream", description: "Takes a stream." },
      request: { body: upload({ types: ["video/mp4", "application/octet-stream"], maxBytes, seconds }) },
      responses,
    },
    async (c) => {
      const { db, run, user, upload } = c.var;
      const size = await handle(upload);
      await run(Users.find(db, user.id, user));
      return c.json({ size, type: upload.type, said: String(upload.size) }, 200);
    },
  );
const counting = async ({ stream }: Upload) => {
  let size = 0;
  for await (const chunk of stream) size += chunk.byteLength;
  return size;
};
const document = own.filter(({ policy }) => policy.operationId === "openapi");
const app = serve({ endpoints: [small, form, either, uploading(1_000, 60, counting), ...document] });
const ada = await aUser();
const { token } = ada;
const { body: described } = await app.get("/openapi.json");
const paths: Record<string, { post: { requestBody: { description: string; content: object }; responses: object } }> =
  described.paths;

/** A form as it is on the wire, part by part. */
function wire(...parts: (string | Uint8Array)[]) {
  const ends = [...parts.flatMap((part) => ["--limit\r\n", part, "\r\n"]), "--limit--\r\n"];
  return { body: new Blob(ends), headers: { "Content-Type": "multipart/form-data; boundary=limit" } };
}
const field = (name: string, value: string, more = "") =>
  `Content-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}`;
const send = (...parts: (string | Uint8Array)[]) => app.post("/form", { token, ...wire(...parts) });
const bytesOf = (prefix: string, ...bytes: number[]) => new Uint8Array([...new TextEncoder().encode(prefix), ...bytes]);

describe("promise 15: body(Schema, { maxBytes })", () => {
  const sized = (size: number) => `{"said":"${"a".repeat(size - 11)}"}`;
  const headers = { "Content-Type": "application/json" };

  it("takes a body at its own limit, and names the limit in the 413 of a longer one", async () => {
    expect((await app.post("/small", { token, headers, body: sized(100) })).status).toBe(200);
    for (const tooLong of [sized(101), new Blob([sized(101)]).stream()]) {
      const answer = await app.post("/small", { token, headers, body: tooLong });
      expect([answer.status, answer.body.detail]).toStrictEqual([413, "The body is larger than 100 bytes."]);
    }
  });

  it("is in the document: with the body, and with the 413", () => {
    const { requestBody } = paths["/api/v1/small"]?.post ?? {};
    const refusal = (path: string) => answersIn(described, described.paths[path].post)[413]?.description;
    expect(requestBody).toStrictEqual({ required: true, description: "At most 100 bytes", content: expect.anything() });
    expect(refusal("/api/v1/small")).toBe("`payload_too_large`: The body is larger than 100 bytes.");
    expect(refusal("/api/v1/form")).toBe("`payload_too_large`: The body is larger than 2 kB.");
  });
});

describe("multipart", () => {
  it("hands texts and files to the handler, each of its type", async () => {
    const data = new FormData();
    data.set("title", "Bridge");
    data.set("count", "7");
    data.set("cover", new File([new Uint8Array([137, 80, 0, 255])], "cover.png", { type: "image/png" }));
    const { body } = await app.post("/form", { token, body: data });
    expect(body).toStrictEqual({ size: 4, type: "image/png", said: "Bridge 7 137,80,0,255" });
  });

  it("is sent by the typed client", async () => {
    const typed = createApp([form], defaultDeps);
    const client = hc<typeof typed>("https://api.example.com", {
      headers: { Authorization: `Bearer ${token}` },
      fetch: (input: Request | URL | string, init?: RequestInit) => app.fetch(new Request(input, init)),
    });
    const answer = await client.api.v1.form.$post({
      form: { title: "Bridge", cover: new File(["a"], "a.png", { type: "image/png" }) },
    });
    expect(await answer.json()).toStrictEqual({ size: 1, type: "image/png", said: "Bridge undefined 97" });
  });

  it("may come beside JSON, under a key, too", async () => {
    const headers = { "Idempotency-Key": unique() };
    const asJson = () => app.post("/either", { token, headers, json: { title: "Bridge" } });
    for (const replayed of [null, "true"]) {
      const answer = await asJson();
      expect(answer.body).toStrictEqual({ size: 0, type: "", said: "Bridge" });
      expect(answer.headers.get("Idempotent-Replayed")).toBe(replayed);
    }
    const data = new FormData();
    data.set("title", "Bridge");
    expect((await app.post("/either", { token, headers, body: data })).body.code).toBe("idempotency_key_reused");
    data.set("cover", new File(["a"], "cover.png", { type: "image/png" }));
    const { body } = await app.post("/either", { token, body: data });
    expect(body).toStrictEqual({ size: 1, type: "image/png", said: "Bridge" });
    expect((await app.post("/either", { token, json: { name: "Bridge" } })).status).toBe(422);
    expect((await app.post("/either", { token })).status).toBe(415);
  });

  it("takes a field in which a browser's user chose no file for none", async () => {
    const none = `Content-Disposition: form-data; name="cover"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n`;
    expect((await send(field("title", "a"), none)).body).toMatchObject({ size: 0, type: "" });
  });

  it("takes a file that has bytes and no name", async () => {
    const nameless = field("cover", "abc", '; filename=""\r\nContent-Type: image/png');
    expect((await send(field("title", "a"), nameless)).body).toMatchObject({ size: 3, type: "image/png" });
  });

  it.each<[string, (string | Uint8Array)[], string, string]>([
    ["a part that is missing", [field("count", "1")], "title", "missing"],
    ["a part that is unknown", [field("title", "a"), field("owner_id", "b")], "owner_id", "extra_forbidden"],
    [
      "a part that reads like a prototype",
      [field("title", "a"), field("__proto__", "b")],
      "__proto__",
      "extra_forbidden",
    ],
    ["a text twice", [field("title", "a"), field("title", "b")], "title", "duplicate"],
    ["a text that is too long", [field("title", "a".repeat(21))], "title", "string_too_long"],
    ["NUL in a text", [field("title", "a\u0000")], "title", "invalid_unicode"],
    ["a file in place of a text", [field("title", "a", '; filename="a"')], "title", "invalid_type"],
    ["a text in place of a file", [field("title", "a"), field("cover", "b")], "cover", "invalid_type"],
    [
      "a file of another type",
      [field("title", "a"), field("cover", "<svg/>", '; filename="a.svg"\r\nContent-Type: image/svg+xml')],
      "cover",
      "invalid_value",
    ],
    [
      "a file that is too large",
      [field("title", "a"), field("cover", "b".repeat(1_001), '; filename="a.png"\r\nContent-Type: image/png')],
      "cover",
      "file_too_large",
    ],
  ])("refuses %s with 422", async (_what, parts, name, type) => {
    const answer = await send(...parts);
    expect([answer.status, answer.body.errors]).toMatchObject([422, [{ loc: ["body", name], type }]]);
    expect(answer.roundTrips).toBe(0);
  });

  it("refuses with 400 what is not UTF-8, not complete or not a form", async () => {
    const { body: whole, headers } = wire(field("title", "a"));
    const title = 'Content-Disposition: form-data; name="title"\r\n\r\n';
    for (const body of [
      wire(bytesOf(title, 0xc3, 0x28)).body,
      wire(bytesOf('Content-Disposition: form-data; name="', 0xff, 0x22, 13, 10, 13, 10, 97)).body,
      wire("Content-Disposition: form-data\r\n\r\na").body,
      whole.slice(0, -8),
      "title=a",
      "",
    ]) {
      const answer = await app.post("/form", { token, headers, body });
      expect([answer.status, answer.body.code]).toStrictEqual([400, "bad_request"]);
    }
    const unbounded = { "Content-Type": "multipart/form-data" };
    expect((await app.post("/form", { token, headers: unbounded, body: whole })).status).toBe(400);
  });

  it("refuses other media types, charsets and encodings with 415, and a longer form with 413", async () => {
    for (const type of ["application/json", "application/x-www-form-urlencoded", "multipart/mixed; boundary=limit"]) {
      const answer = await app.post("/form", { token, body: "{}", headers: { "Content-Type": type } });
      expect([answer.status, answer.headers.get("Accept-Post")]).toStrictEqual([415, "multipart/form-data"]);
    }
    for (const charset of ["latin1", '"iso-8859-1"']) {
      const inOther = field("title", "a", `\r\nContent-Type: text/plain; charset=${charset}`);
      expect((await send(inOther)).status, charset).toBe(415);
    }
    expect((await send(field("title", "YQ==", "\r\nContent-Transfer-Encoding: base64"))).status).toBe(415);
    const answer = await send(field("title", "a"), field("title", "b".repeat(2_000)));
    expect([answer.status, answer.body.detail]).toStrictEqual([413, "The body is larger than 2 kB."]);
  });

  it("is in the document, with the types of its files", () => {
    expect(paths["/api/v1/form"]?.post.requestBody).toMatchObject({
      required: true,
      description: "At most 2 kB",
      content: {
        "multipart/form-data": {
          schema: {
            properties: { title: { type: "string" }, cover: { type: "string", format: "binary" } },
            required: ["title"],
            additionalProperties: false,
          },
          encoding: { cover: { contentType: "image/png, image/jpeg" } },
        },
      },
    });
  });

  it("is the same request under its Idempotency-Key with any boundary, and another with another byte, name or type", async () => {
    const headers = { "Idempotency-Key": unique() };
    const sent = (byte = 1, name = "a.png", type = "image/png") => {
      const data = new FormData();
      data.set("title", "a");
      data.set("cover", new File([new Uint8Array([byte])], name, { type }));
      return app.post("/form", { token, headers, body: data });
    };
    expect((await sent()).status).toBe(200);
    expect((await sent()).headers.get("Idempotent-Replayed")).toBe("true");
    for (const other of [await sent(2), await sent(1, "b.png"), await sent(1, "a.png", "image/jpeg")]) {
      expect(other.body.code).toBe("idempotency_key_reused");
    }
  });
});

function streamed(chunks: Iterator<Uint8Array> | AsyncIterator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
  });
}

/** A body whose rest never comes. */
const stuck = () =>
  streamed(
    (async function* () {
      yield new Uint8Array([123]);
      await new Promise(() => {});
    })(),
  );

describe("a body that does not arrive in time", () => {
  const json = { "Content-Type": "application/json" };
  const impatient = [
    body(z.strictObject({ said: z.string() }), { seconds: 0.1 }),
    multipart({ said: text({ max: 9 }) }, { seconds: 0.1 }),
    optional(body(z.strictObject({ said: z.string() }), { seconds: 0.1 })),
  ].map((body) =>
    endpoint(
      {
        ...{ ...said, path: "/slow", operationId: "slow", summary: "Wait", description: "Waits." },
        request: { body },
        responses,
      },
      async () => {
        throw new Error("It is not reached");
      },
    ),
  );
  const form = { "Content-Type": "multipart/form-data; boundary=limit" };

  it.each([
    ["of JSON", impatient[0], json],
    ["of a form", impatient[1], form],
    ["that is optional", impatient[2], json],
  ])("ends the request with 408: one %s, with and without a length", async (_what, endpoint, headers) => {
    if (!endpoint) throw new Error("There are three");
    const app = serve({ endpoints: [endpoint] });
    for (const announced of [{}, { "Content-Length": "9" }]) {
      const answer = await app.post("/slow", { token, headers: { ...headers, ...announced }, body: stuck() });
      expect([answer.status, answer.body.code]).toStrictEqual([408, "request_timeout"]);
    }
  });
});

describe("a form that is optional", () => {
  const maybe = endpoint(
    {
      ...{
        ...said,
        path: "/maybe",
        operationId: "maybe",
        summary: "Take a form",
        description: "Takes a form, or none.",
      },
      request: { body: optional(multipart({ title: text({ max: 9 }) })) },
      responses,
    },
    async (c) => {
      const { db, run, user } = c.var;
      await run(Users.find(db, user.id, user));
      const { title }: { title?: string } = c.req.valid("form");
      return c.json({ size: 0, type: "", said: title ?? "nothing" }, 200);
    },
  );
  const app = serve({ endpoints: [maybe] });

  it("may be absent or empty, and is checked otherwise", async () => {
    const { headers } = wire();
    const said = async (init: object) => {
      const answer = await app.post("/maybe", { token, ...init });
      return answer.status === 200 ? answer.body.said : answer.status;
    };
    expect(await said({})).toBe("nothing");
    expect(await said({ headers, body: "" })).toBe("nothing");
    expect(await said(wire(field("title", "a")))).toBe("a");
    expect(await said(wire(field("title", "too long a title")))).toBe(422);
    expect(await said({ headers, body: "title=a" })).toBe(400);
  });
});

describe("a form with several files under one name", () => {
  const album = endpoint(
    {
      ...{ ...said, path: "/album", operationId: "album", summary: "Take files", description: "Takes files." },
      idempotent: true,
      request: {
        body: multipart({
          photos: files({ types: ["image/png"], maxBytes: 9, most: 3 }),
          more: files({ types: ["image/png"], most: 2 }).optional(),
        }),
      },
      responses,
    },
    async (c) => {
      const { db, run, user } = c.var;
      const { photos, more } = c.req.valid("form");
      expectTypeOf(photos).toEqualTypeOf<File[]>();
      expectTypeOf(more).toEqualTypeOf<File[] | undefined>();
      await run(Users.find(db, user.id, user));
      const texts = await Promise.all(photos.map((photo) => photo.text()));
      return c.json({ size: photos.length, type: String(more?.length), said: texts.join() }, 200);
    },
  );
  const app = serve({ endpoints: [album, ...document] });
  const photo = (text: string, type = "image/png", name = "photos") =>
    field(name, text, `; filename="a.png"\r\nContent-Type: ${type}`);
  const send = (...parts: string[]) => app.post("/album", { token, ...wire(...parts) });

  it("hands a list to the handler, also of one", async () => {
    expect((await send(photo("a"))).body).toStrictEqual({ size: 1, type: "undefined", said: "a" });
    const answer = await send(photo("a"), photo("b"), photo("c"), photo("d", "image/png", "more"));
    expect(answer.body).toStrictEqual({ size: 3, type: "1", said: "a,b,c" });
  });

  it.each<[string, string[], (string | number)[], string]>([
    ["none", [photo("a", "image/png", "more")], ["photos"], "missing"],
    ["more than there may be", ["a", "b", "c", "d"].map((text) => photo(text)), ["photos"], "list_too_long"],
    ["one of another type", [photo("a"), photo("b", "image/gif")], ["photos", 1], "invalid_value"],
    ["a single one of another type", [photo("a", "image/gif")], ["photos", 0], "invalid_value"],
    ["one that is too large", [photo("a"), photo("b".repeat(10))], ["photos", 1], "file_too_large"],
    ["a text among them", [photo("a"), field("photos", "b")], ["photos", 1], "invalid_type"],
  ])("refuses %s", async (_what, parts, loc, type) => {
    const answer = await send(...parts);
    expect([answer.status, answer.body.errors]).toMatchObject([422, [{ loc: ["body", ...loc], type }]]);
  });

  it("is read up to its two hundredth part, since each costs more than its bytes", async () => {
    const statuses = [200, 201].map(async (count) => (await send(...Array(count).fill(photo("a")))).status);
    expect(await Promise.all(statuses)).toStrictEqual([422, 400]);
  });

  it("is in the document, and sent by the typed client", async () => {
    const { body } = await app.get("/openapi.json");
    expect(body.paths["/api/v1/album"].post.requestBody).toMatchObject({
      content: {
        "multipart/form-data": {
          schema: {
            properties: { photos: { type: "array", items: { type: "string", format: "binary" }, maxItems: 3 } },
            required: ["photos"],
          },
          encoding: { photos: { contentType: "image/png" }, more: { contentType: "image/png" } },
        },
      },
    });
    expect(body.paths["/api/v1/album"].post.requestBody.lists).toBeUndefined();
    const typed = createApp([album], defaultDeps);
    const client = hc<typeof typed>("https://api.example.com", {
      headers: { Authorization: `Bearer ${token}` },
      fetch: (input: Request | URL | string, init?: RequestInit) => app.fetch(new Request(input, init)),
    });
    const photos = ["a", "b"].map((text) => new File([text], "a.png", { type: "image/png" }));
    expect(await (await client.api.v1.album.$post({ form: { photos } })).json()).toMatchObject({ said: "a,b" });
  });
});

describe("upload", () => {
  const headers = { "Content-Type": "video/mp4" };
  const chunks = (...sizes: number[]) => streamed(sizes.map((size) => new Uint8Array(size)).values());

  it("hands the body to the handler as it arrives, at its limit too", async () => {
    let isFirstRead = () => {};
    const firstIsRead = new Promise<void>((resolve) => {
      isFirstRead = resolve;
    });
    async function* slow() {
      yield new Uint8Array(600);
      // The rest is sent when the handler has the beginning.
      await firstIsRead;
      yield new Uint8Array(400);
    }
    const reading = uploading(1_000, 60, async ({ stream }) => {
      let size = 0;
      for await (const chunk of stream) {
        size += chunk.byteLength;
        isFirstRead();
      }
      return size;
    });
    const answer = await serve({ endpoints: [reading] }).post("/up", {
      token,
      headers,
      body: streamed(slow()),
    });
    expect(answer.body).toStrictEqual({ size: 1_000, type: "video/mp4", said: "undefined" });
  });

  it.each([5, 1_000])("tells the size that a client announced, which storage asks for: %i bytes", async (size) => {
    const announced = { ...headers, "Content-Length": String(size) };
    const { body } = await app.post("/up", { token, headers: announced, body: "a".repeat(size) });
    expect(body).toMatchObject({ size, said: String(size) });
  });

  it("cuts a body off at its limit with 413, before any row is written and whatever the handler makes of it", async () => {
    let read = 0;
    const careless = uploading(1_000, 60, async ({ stream }) => {
      const reader = stream.getReader();
      try {
        for (let next = await reader.read(); !next.done; next = await reader.read()) read += next.value.byteLength;
      } catch {
        // A handler that hides the fault.
      }
      return read;
    });
    for (const endpoints of [[careless], [uploading(1_000, 60, counting)]]) {
      const answer = await serve({ endpoints }).post("/up", { token, headers, body: chunks(600, 400, 1, 600) });
      expect([answer.status, answer.body.detail]).toStrictEqual([413, "The body is larger than 1 kB."]);
    }
    expect(read).toBeLessThanOrEqual(1_000);
    const announced = { ...headers, "Content-Length": "1001" };
    const refused = await app.post("/up", { token, headers: announced, body: "a".repeat(1_001) });
    expect([refused.status, refused.roundTrips]).toStrictEqual([413, 0]);
  });

  it("ends a body that does not arrive in time with 408, and one that breaks off with 400", async () => {
    async function* stuck() {
      yield new Uint8Array(1);
      await new Promise(() => {});
    }
    async function* broken() {
      yield new Uint8Array(1);
      throw new Error("The client hung up");
    }
    const impatient = serve({ endpoints: [uploading(1_000, 0.1, counting)] });
    const late = await impatient.post("/up", { token, headers, body: streamed(stuck()) });
    expect([late.status, late.body.code]).toStrictEqual([408, "request_timeout"]);
    for (const length of ["2", "7"]) {
      const announced = { ...headers, "Content-Length": length };
      const other = await app.post("/up", { token, headers: announced, body: chunks(1, 4) });
      expect([other.status, other.body.code], length).toStrictEqual([400, "bad_request"]);
    }
    const cut = await app.post("/up", { token, headers, body: streamed(broken()) });
    expect([cut.status, cut.body.code]).toStrictEqual([400, "bad_request"]);
  });

  it("leaves the handler's own refusal as it is, read or unread", async () => {
    const refusing = uploading(1_000, 60, async () => {
      throw new ApiError("bad_request", { detail: "Not today." });
    });
    const answer = await serve({ endpoints: [refusing] }).post("/up", { token, headers, body: chunks(600, 600) });
    expect([answer.status, answer.body.detail]).toStrictEqual([400, "Not today."]);
    const unread = serve({ endpoints: [uploading(1_000, 60, async () => 7)] });
    expect((await unread.post("/up", { token, headers, body: chunks(600) })).body.size).toBe(7);
  });

  it("sends no more of a body whose first bytes are refused", async () => {
    const ended: unknown[] = [];
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode("<svg onload=alert(1)>")),
      cancel: (reason) => void ended.push(reason),
    });
    const proving = endpoint(
      {
        ...{
          ...said,
          path: "/proven",
          operationId: "prove",
          summary: "Take a picture",
          description: "Takes a picture.",
        },
        request: { body: upload({ types: ["image/png"], maxBytes: 1_000, verified: true }) },
        responses,
      },
      async (c) => c.json({ size: await counting(c.var.upload), type: "", said: "" }, 200),
    );
    const announced = { "Content-Type": "image/png", "Content-Length": "900" };
    const answer = await serve({ endpoints: [proving] }).post("/proven", { token, headers: announced, body });
    expect(answer.status).toBe(415);
    expect(ended).toHaveLength(1);
  });

  it("refuses other types with 415, and a stranger before the body is read", async () => {
    for (const type of ["video/webm", "application/json", ""]) {
      const answer = await app.post("/up", { token, headers: { "Content-Type": type }, body: chunks(1) });
      expect([answer.status, answer.headers.get("Accept-Post")]).toStrictEqual([
        415,
        "video/mp4, application/octet-stream",
      ]);
    }
    expect((await app.post("/up", { headers, body: chunks(1) })).status).toBe(401);
  });

  it("is in the document, with its types and limits", () => {
    const { requestBody, responses } = paths["/api/v1/up"]?.post ?? {};
    const schema = { type: "string", format: "binary" };
    expect(requestBody).toStrictEqual({
      ...{ required: true, description: "At most 1 kB, within 60 s" },
      content: { "video/mp4": { schema }, "application/octet-stream": { schema } },
    });
    expect(Object.keys(responses ?? {})).toEqual(expect.arrayContaining(["400", "401", "408", "413", "415"]));
  });
});
