import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startCompressingEdge } from "../e2e/compressing-edge.ts";
import { type DevServer, startDevServer } from "../e2e/dev-server.ts";
import { type DroppingEdge, startDroppingEdge } from "../e2e/dropping-edge.ts";
import type { Edge } from "../e2e/edge.ts";
import { checkOutClient, loadClient, releasedRef } from "./released.ts";
import { aStore } from "./store.ts";

const project = join(import.meta.dirname, "../..");
const folder = await mkdtemp(join(tmpdir(), "clients-"));
const password = "correct horse battery";
let server: DevServer;
let compressing: Edge;
let dropping: DroppingEdge;

beforeAll(async () => {
  server = await startDevServer();
  compressing = await startCompressingEdge(server.url);
  dropping = await startDroppingEdge(server.url);
});

afterAll(async () => {
  await Promise.all([compressing?.close(), dropping?.close()]);
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

it("takes the client of the newest tag, and of the newest commit while there is none", async () => {
  const repository = await mkdtemp(join(folder, "repository-"));
  const run = (...args: string[]) =>
    promisify(execFile)("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], { cwd: repository });
  const commit = async (text: string) => {
    await writeFile(join(repository, "openapi.json"), text);
    await writeFile(join(repository, "client/src/index.ts"), text);
    await run("add", ".");
    await run("commit", "-q", "-m", text);
  };
  const found = async () => {
    const ref = await releasedRef(repository);
    const out = await mkdtemp(join(folder, "found-"));
    await checkOutClient(repository, ref, out);
    return [ref, await readFile(join(out, "index.ts"), "utf8")];
  };
  await mkdir(join(repository, "client/src"), { recursive: true });
  await run("init", "-q");
  await commit("first");
  expect(await found()).toStrictEqual(["HEAD", "first"]);
  await run("tag", "v1");
  await commit("second");
  expect(await found()).toStrictEqual(["v1", "first"]);
});

describe.each(["today's client", "the client of the last release"])("%s", (name) => {
  const isReleased = name !== "today's client";
  let client: Awaited<ReturnType<typeof loadClient>>;

  beforeAll(async () => {
    const released = join(folder, "released");
    if (isReleased) await checkOutClient(project, await releasedRef(project), released);
    const sources = isReleased ? released : join(project, "client", "src");
    client = await loadClient(project, sources, join(folder, `${isReleased ? "released" : "today"}.mjs`));
  });

  beforeEach(() => dropping.drop(() => "passed"));

  let users = 0;
  /** Somebody who has signed up and in at this address. */
  async function signedIn(baseUrl: string) {
    const username = `${isReleased ? "released" : "today"}_${users++}`;
    const store = aStore();
    const api = client.createClient({ baseUrl, session: client.inStore(store) });
    client.unwrap(await api.POST("/api/v1/users", { body: { username, email: `${username}@example.com`, password } }));
    expect((await api.session.signIn({ username, password })).error).toBeUndefined();
    return { api, store, username };
  }
  const titles = Array.from({ length: 12 }, (_, i) => `Item ${String(i).padStart(2, "0")}`);
  type Api = Awaited<ReturnType<typeof signedIn>>["api"];
  const createAll = (api: Api) =>
    Promise.all(titles.map(async (title) => client.unwrap(await api.POST("/api/v1/items", { body: { title } })).id));
  async function listed(api: Api): Promise<string[]> {
    const found: string[] = [];
    const init = { params: { query: { limit: 5, sort: "title" as const } } };
    for await (const { title } of client.pages(api, "/api/v1/items", init)) found.push(title);
    return found;
  }
  const firstLost = ({ attempt }: { attempt: number }) => (attempt === 1 ? "lost" : "passed");

  it("has sessions, creates, pages, versions and sign-outs at today's server", async () => {
    const { api, store, username } = await signedIn(server.url);
    await createAll(api);
    expect(await listed(api)).toStrictEqual(titles);
    const later = client.createClient({ baseUrl: server.url, session: client.inStore(store) });
    expect(await later.session.start()).toMatchObject({ status: "signed_in", user: { username } });
    await later.session.signOut();
    expect(store.token).toBeNull();
    expect((await later.GET("/api/v1/items")).error?.code).toBe("not_authenticated");
  });

  it("makes one item of each create whose answer is lost, and reads each once", async () => {
    const { api } = await signedIn(dropping.url);
    dropping.drop(firstLost);
    const ids = await createAll(api);
    expect(new Set(ids).size).toBe(titles.length);
    expect(dropping.requests()).toBe(2 * titles.length);
    dropping.drop(firstLost);
    expect(await listed(api)).toStrictEqual(titles);
    // Each of three pages.
    expect(dropping.requests()).toBe(6);
  });

  it("signs nobody out while answers of refreshes are lost", async () => {
    const { store, username } = await signedIn(dropping.url);
    const open = () => client.createClient({ baseUrl: dropping.url, session: client.inStore(store) });
    for (let i = 0; i < 5; i++) {
      dropping.drop(firstLost);
      expect(await open().session.start()).toMatchObject({ status: "signed_in", user: { username } });
      expect(dropping.requests()).toBe(2);
    }
    dropping.drop(({ path }) => (path.endsWith("/resume") ? "lost" : "passed"));
    await expect(open().GET("/api/v1/users/me")).rejects.toThrow();
    dropping.drop(() => "passed");
    expect((await open().GET("/api/v1/users/me")).data?.username).toBe(username);
  });

  it("carries versions through compression, which makes them weak", async () => {
    const { api } = await signedIn(compressing.url);
    const { id } = client.unwrap(await api.POST("/api/v1/items", { body: { title: "First" } }));
    const params = { path: { id } };
    const read = await api.GET("/api/v1/items/{id}", { params });
    const item = client.unwrap(read);
    const weak = read.response.headers.get("ETag") ?? "";
    expect([weak, read.response.headers.get("Content-Encoding")]).toStrictEqual([`W/${item.etag}`, "gzip"]);
    const unchanged = await api.GET("/api/v1/items/{id}", { params, headers: { "If-None-Match": weak } });
    expect(unchanged.response.status).toBe(304);
    const change = (etag: string, title: string) =>
      client.changing(
        api.PATCH("/api/v1/items/{id}", { params: { ...params, header: client.ifMatch({ etag }) }, body: { title } }),
        () => api.GET("/api/v1/items/{id}", { params }),
      );
    const second = client.unwrap(await change(item.etag, "Second"));
    expect((await change(`W/${second.etag}`, "Third")).data?.title).toBe("Third");
    const stale = await change(item.etag, "Fourth");
    expect([stale.error?.code, stale.current?.title]).toStrictEqual(["precondition_failed", "Third"]);
  });

  it("iterates pages through compression", async () => {
    const { api } = await signedIn(compressing.url);
    await createAll(api);
    expect(await listed(api)).toStrictEqual(titles);
  });

  describe.each(["application/x-ndjson", "text/csv"] as const)("an export as %s", (type) => {
    const exported = async (api: Api) => {
      const answer = await api.GET("/api/v1/items/export", { headers: { Accept: type }, parseAs: "text" });
      const text = String(answer.data);
      const rows: { title: string }[] =
        type === "text/csv"
          ? parse(text, { columns: true, bom: true })
          : text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
      return rows.map(({ title }) => title).toSorted();
    };

    it("comes whole through compression", async () => {
      const { api } = await signedIn(compressing.url);
      await createAll(api);
      expect(await exported(api)).toStrictEqual(titles);
    });

    it("fails where it breaks off, and comes whole after its answer was lost", async () => {
      const { api } = await signedIn(dropping.url);
      await createAll(api);
      dropping.drop(() => "cut");
      await expect(exported(api)).rejects.toThrow();
      dropping.drop(firstLost);
      expect(await exported(api)).toStrictEqual(titles);
    });
  });
});
