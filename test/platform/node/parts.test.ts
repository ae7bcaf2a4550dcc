import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { answersIn } from "../../../src/platform/answers.ts";
import { alarmsIn } from "../../../src/platform/node/alarms.ts";
import { bucketIn } from "../../../src/platform/node/bucket.ts";
import "../../../src/platform/node/fixed-length.ts";
import { problemsIn } from "../../../src/platform/node/bindings.ts";
import { limitersInMemory } from "../../../src/platform/node/limiters.ts";
import { Pending } from "../../../src/platform/node/pending.ts";
import { serverSettingsFrom } from "../../../src/platform/node/settings.ts";
import { textsInMemory } from "../../../src/platform/texts.ts";
import { SettingsError } from "../../../src/settings.ts";

afterEach(() => void vi.useRealTimers());

describe("the settings of the server", () => {
  it("have defaults", () => {
    expect(serverSettingsFrom({ PORT: "" })).toMatchObject({ PORT: 8787, HOST: "127.0.0.1", TRUSTED_PROXIES: [] });
  });

  it("are each named where they are wrong, without their value", () => {
    const wrong = { PORT: "70000", TRUSTED_PROXIES: "10.0.0.0/33, proxy", HASH_THREADS: "0" };
    const read = () => serverSettingsFrom(wrong);
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(/^PORT must be .+; TRUSTED_PROXIES must be .+; HASH_THREADS must be [^3]+$/);
  });
});

describe("folders", () => {
  it("must be there, and be folders, before the server starts", async () => {
    const folder = await mkdtemp(join(tmpdir(), "folders-"));
    const file = join(folder, "file");
    await writeFile(file, "");
    const both = (path: string) => ({ FILES_FOLDER: path, ASSETS_FOLDER: path });
    expect(serverSettingsFrom(both(folder))).toMatchObject(both(folder));
    for (const path of [join(folder, "missing"), file]) {
      expect(() => serverSettingsFrom(both(path))).toThrow(/^FILES_FOLDER must be .+; ASSETS_FOLDER must be [^/]+$/);
    }
  });

  it("must be named for files, and not the bucket of a Worker", () => {
    const read = (variables: Record<string, string>) => {
      const environment = { ...variables, ASSETS_FOLDER: tmpdir(), SECRET_KEY: "short" };
      return () => serverSettingsFrom(environment, () => problemsIn(environment));
    };
    expect(read({ FILES: "on" })).toThrow(
      /^FILES_FOLDER is missing: set it, or set FILES to off; (?!.*BUCKET).*SECRET_KEY/,
    );
    for (const given of [{ FILES: "off" }, { FILES: "on", FILES_FOLDER: tmpdir() }]) expect(read(given)).not.toThrow();
  });
});

describe("trusted proxies", () => {
  it.each(["10.0.0.0/08", "10.0.0.0/", "10.0.0.0/8/8", "fe80::1%eth0", "fe80::/129"])("are no %s", (network) => {
    expect(() => serverSettingsFrom({ TRUSTED_PROXIES: network })).toThrow("TRUSTED_PROXIES must be");
  });
});

describe("counters in memory", () => {
  it("let each caller pass as often as the class allows, and again in the next period", async () => {
    vi.useFakeTimers();
    const { RATE_LIMIT_SIGN_UP: limiter } = limitersInMemory();
    const passed = async (key: string) => {
      const answers = await Promise.all(Array.from({ length: 40 }, () => limiter?.limit({ key })));
      return answers.filter((answer) => answer?.success).length;
    };
    expect([await passed("a"), await passed("b"), await passed("a")]).toStrictEqual([30, 30, 0]);
    vi.advanceTimersByTime(60_001);
    expect(await passed("a")).toBe(30);
  });

  it("forget those whose period is over before one who goes on", async () => {
    vi.useFakeTimers();
    const { RATE_LIMIT_SIGN_UP: limiter } = limitersInMemory();
    await limiter?.limit({ key: "going on" });
    for (let i = 0; i < 60_000; i++) await limiter?.limit({ key: `early ${i}` });
    vi.advanceTimersByTime(60_001);
    for (let i = 0; i < 30; i++) await limiter?.limit({ key: "going on" });
    for (let i = 0; i < 60_000; i++) await limiter?.limit({ key: `late ${i}` });
    expect(await limiter?.limit({ key: "going on" })).toStrictEqual({ success: false });
  });

  it("forget the first of too many callers, and so keep their bound", async () => {
    const { RATE_LIMIT_SIGN_UP: limiter } = limitersInMemory();
    for (let i = 0; i < 30; i++) await limiter?.limit({ key: "first" });
    for (let i = 0; i < 100_000; i++) await limiter?.limit({ key: String(i) });
    expect(await limiter?.limit({ key: "first" })).toStrictEqual({ success: true });
  });
});

it("what goes on after an answer is waited for with all that it begins", async () => {
  const pending = new Pending();
  const ended: string[] = [];
  const later = (name: string) => new Promise(setImmediate).then(() => void ended.push(name));
  pending.add(later("first").then(() => pending.add(later("second"))));
  await pending.settled();
  expect(ended).toStrictEqual(["first", "second"]);
});

describe("answers in memory", () => {
  it("are kept with their headers for as long as they say", async () => {
    vi.useFakeTimers();
    const answers = answersIn(textsInMemory(1_000));
    await answers.put(
      "https://a/b",
      new Response("kept", { headers: { "Cache-Control": "public, max-age=60", A: "1" } }),
    );
    const found = await answers.match("https://a/b");
    expect([await found?.text(), found?.headers.get("A")]).toStrictEqual(["kept", "1"]);
    vi.advanceTimersByTime(60_001);
    expect(await answers.match("https://a/b")).toBeUndefined();
  });

  it("keep every byte, as many as their bound", async () => {
    const answers = answersIn(textsInMemory(400));
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    await answers.put("https://a/b", new Response(bytes, { headers: { "Cache-Control": "max-age=60" } }));
    expect(await (await answers.match("https://a/b"))?.bytes()).toStrictEqual(bytes);
  });
});

describe("an alarm", () => {
  /** Far from the full hour, at which the purges begin. */
  const now = new Date("2026-01-01T00:10:00Z");

  it("rings once at the earliest time, and the other goes on", async () => {
    vi.useFakeTimers({ now });
    const rung: (string | undefined)[] = [];
    const alarms = alarmsIn(async (name) => rung.push(name));
    const [brief, long] = [alarms.getByName("brief"), alarms.getByName("long")];
    await brief.ringWithin(60);
    await brief.ringWithin(10);
    await brief.ringWithin(30);
    await long.ringWithin(20);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(rung).toStrictEqual(["brief"]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rung).toStrictEqual(["brief", "long"]);
    await alarms.close();
  });

  it("rings once more when what it rang for has ended, however often it was set meanwhile", async () => {
    vi.useFakeTimers({ now });
    const ends: (() => void)[] = [];
    const alarms = alarmsIn(() => new Promise<void>((end) => ends.push(end)));
    const brief = alarms.getByName("brief");
    for (let i = 0; i < 20; i++) {
      await brief.ringWithin(0);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ends).toHaveLength(2);
    ends[1]?.();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ends).toHaveLength(2);
    await alarms.close();
  });

  it("runs everything at each full hour, and nothing once it was closed", async () => {
    vi.useFakeTimers({ now: new Date("2026-11-01T11:59:00Z") });
    const rung: (string | undefined)[] = [];
    const alarms = alarmsIn(async (name) => rung.push(name));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(rung).toStrictEqual([undefined]);
    await alarms.getByName("brief").ringWithin(1);
    await alarms.close();
    await alarms.getByName("brief").ringWithin(1);
    await vi.advanceTimersByTimeAsync(2 * 60 * 60 * 1_000);
    expect(rung).toStrictEqual([undefined]);
  });

  it("that is set to later than a timer can wait does not ring at once", async () => {
    vi.useFakeTimers({ now });
    const rung: (string | undefined)[] = [];
    const alarms = alarmsIn(async (name) => rung.push(name));
    await alarms.getByName("long").ringWithin(30 * 24 * 60 * 60);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rung).toStrictEqual([]);
    await alarms.close();
  });

  it("is closed when what it runs has ended", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const alarms = alarmsIn(() => promise);
    alarms.start();
    let isClosed = false;
    const closed = alarms.close().then(() => {
      isClosed = true;
    });
    await new Promise((next) => setTimeout(next, 20));
    expect(isClosed).toBe(false);
    resolve();
    await closed;
  });
});

describe("a bucket in a folder", () => {
  const bytes = (text: string) => new Blob([text]).stream();

  it("keeps a file whole or not at all", async () => {
    const folder = await mkdtemp(join(tmpdir(), "files-"));
    const bucket = bucketIn(folder);
    await bucket.put("a", bytes("0123456789"));
    const part = await bucket.get("a", { range: { offset: 2, length: 3 } });
    expect(await new Response(part?.body).text()).toBe("234");
    const broken = bytes("0123").pipeThrough(new FixedLengthStream(5));
    await expect(bucket.put("b", broken)).rejects.toThrow("shorter");
    expect([await bucket.head("a"), await bucket.head("b")]).toStrictEqual([{ key: "a", size: 10 }, null]);
    await bucket.delete(["a", "b"]);
    expect(await readdir(folder)).toStrictEqual([]);
    expect(await bucket.get("a", { range: { offset: 0, length: 1 } })).toBeNull();
  });

  it("lets go of what a process left that was killed a day ago, and of nothing else", async () => {
    const folder = await mkdtemp(join(tmpdir(), "files-"));
    const [killed, running] = [`.${randomUUID()}`, `.${randomUUID()}`];
    const yesterday = Date.now() / 1_000 - 90_000;
    for (const name of [killed, running, ".keep", "a"]) {
      await writeFile(join(folder, name), "half");
      if (name !== running) await utimes(join(folder, name), yesterday, yesterday);
    }
    await bucketIn(folder).put("b", bytes("b"));
    await vi.waitFor(async () => {
      expect((await readdir(folder)).toSorted()).toStrictEqual([".keep", running, "a", "b"].toSorted());
    });
    await rm(folder, { recursive: true });
  });

  it("fails while its folder is gone, and makes none in its place", async () => {
    const folder = await mkdtemp(join(tmpdir(), "files-"));
    const bucket = bucketIn(folder);
    await bucket.put("a", bytes("a"));
    await rename(folder, `${folder}.gone`);
    const calls = [
      () => bucket.put("b", bytes("b")),
      () => bucket.get("a", { range: { offset: 0, length: 1 } }),
      () => bucket.head("a"),
      () => bucket.delete(["a"]),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow("ENOENT");
    await rename(`${folder}.gone`, folder);
    expect(await bucket.head("a")).toStrictEqual({ key: "a", size: 1 });
  });

  it("has no way out of its folder", async () => {
    const bucket = bucketIn(tmpdir());
    for (const key of ["../a", "a/b", "", "."]) await expect(bucket.put(key, bytes("a"))).rejects.toThrow("id");
  });
});
