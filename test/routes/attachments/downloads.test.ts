import { describe, expect, it } from "vitest";
import { partOf } from "../../../src/http/file.ts";
import { api } from "../../harness.ts";
import { anAttachment, png, sha256Of } from "./files.ts";

const bytes = png(1_000);
const { path, token } = await anAttachment({ bytes });
const tag = `"${sha256Of(bytes)}"`;

/** Asks for the file past the harness, which reads texts alone. */
async function get(headers: Record<string, string>, method = "GET") {
  const request = new Request(`https://api.example.com/api/v1${path}/content`, {
    ...{ method, headers: { ...headers, Authorization: `Bearer ${token}` } },
  });
  const answer = await api.fetch(request);
  const body = new Uint8Array(await answer.arrayBuffer());
  const { status } = answer;
  return {
    status,
    headers: answer.headers,
    body,
    length: answer.headers.get("Content-Length"),
    range: answer.headers.get("Content-Range"),
  };
}

describe("a download", () => {
  it("has the whole file, as one to save that no browser takes for another type", async () => {
    const { status, headers, body, length } = await get({});
    expect([status, length]).toStrictEqual([200, "1000"]);
    expect(body).toStrictEqual(bytes);
    expect(Object.fromEntries(headers)).toMatchObject({
      "accept-ranges": "bytes",
      "cache-control": "no-store",
      "content-disposition": `attachment; filename="plan.png"; filename*=UTF-8''plan.png`,
      "content-type": "image/png",
      etag: tag,
      "repr-digest": `sha-256=:${Buffer.from(sha256Of(bytes), "hex").toString("base64")}:`,
      "x-content-type-options": "nosniff",
    });
  });

  it.each([
    ["bytes=0-99", 0, 99],
    ["bytes=500-599", 500, 599],
    ["bytes=0-0", 0, 0],
    ["bytes=999-", 999, 999],
    ["bytes=900-5000", 900, 999],
    ["bytes=-1", 999, 999],
    ["bytes=-5000", 0, 999],
    ["Bytes=1-2", 1, 2],
    ["bytes=999-999999999999999999999999", 999, 999],
  ])("has the part that %s asks for", async (header, start, end) => {
    const answer = await get({ Range: header });
    expect([answer.status, answer.range]).toStrictEqual([206, `bytes ${start}-${end}/1000`]);
    expect(answer.length).toBe(String(end + 1 - start));
    expect(answer.body).toStrictEqual(bytes.slice(start, end + 1));
  });

  it.each(["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=99999999999999999999999999-"])(
    "answers 416 for %s, with the size of the file",
    async (header) => {
      const answer = await get({ Range: header });
      expect([answer.status, answer.range]).toStrictEqual([416, "bytes */1000"]);
    },
  );

  it.each([
    "bytes=0-1,5-6",
    "bytes=9-1",
    "bytes=",
    "bytes=a-b",
    "bytes 0-1",
    "lines=0-1",
    "bytes=-",
    "0-1",
    "bytes=1-2-3",
    "",
  ])("is whole where %j asks for several parts or none", async (header) => {
    const answer = await get({ Range: header });
    expect([answer.status, answer.range, answer.length]).toStrictEqual([200, null, "1000"]);
  });

  it("has the part only of the file that `If-Range` means, by a strong tag", async () => {
    const statusOf = async (condition: string) => (await get({ Range: "bytes=0-1", "If-Range": condition })).status;
    expect(await statusOf(tag)).toBe(206);
    for (const other of [`W/${tag}`, '"other"', "Thu, 26 Nov 2026 07:00:00 GMT", "nonsense"]) {
      expect(await statusOf(other)).toBe(200);
    }
    const beyond = await get({ Range: "bytes=5000-", "If-Range": '"other"' });
    expect(beyond.status).toBe(200);
  });

  it("is refused to a client that goes on with another file, and to one that is not sure of the bytes", async () => {
    expect((await get({ "If-Match": tag, Range: "bytes=1-" })).status).toBe(206);
    for (const other of ['"other"', `W/${tag}`]) {
      const answer = await get({ "If-Match": other, Range: "bytes=1-" });
      expect([answer.status, answer.range]).toStrictEqual([412, null]);
      expect((await get({ "If-Match": other, Range: "bytes=5000-" }, "HEAD")).status).toBe(412);
    }
  });

  it("sends nothing to a client that knows it, and no body for HEAD", async () => {
    expect((await get({ "If-None-Match": tag })).status).toBe(304);
    expect((await get({ "If-None-Match": '"other"' })).status).toBe(200);
    const head = await get({ Range: "bytes=0-1" }, "HEAD");
    expect([head.status, head.length, head.body.byteLength]).toStrictEqual([200, "1000", 0]);
  });

  it.each([
    ['a"b.png', `filename="a_b.png"; filename*=UTF-8''a%22b.png`],
    ["a\r\nSet-Cookie: b=c", `filename="a__Set-Cookie_ b_c"; filename*=UTF-8''a__Set-Cookie%3A%20b%3Dc`],
    ["../../etc/passwd", `filename=".._.._etc_passwd"; filename*=UTF-8''.._.._etc_passwd`],
    ["C:\\a.png", `filename="C__a.png"; filename*=UTF-8''C%3A_a.png`],
    ["Brücke 桥 🌉.png", `filename="Br_cke _ _.png"; filename*=UTF-8''Br%C3%BCcke%20%E6%A1%A5%20%F0%9F%8C%89.png`],
    ["it's (1)*;=%20.png", `filename="it_s (1)____20.png"; filename*=UTF-8''it%27s%20%281%29%2A%3B%3D%2520.png`],
  ])("is named %j", async (name, disposition) => {
    const one = await anAttachment({ name });
    expect((await api.get(one.path, { token: one.token })).body.name).toBe(name);
    const answer = await api.get(`${one.path}/content`, { token: one.token });
    expect(answer.headers.get("Content-Disposition")).toBe(`attachment; ${disposition}`);
  });
});

it("an empty file has no part", () => {
  expect(partOf(0, undefined)).toBeUndefined();
  for (const header of ["bytes=0-", "bytes=-1"]) expect(() => partOf(0, header)).toThrow("range_not_satisfiable");
});
