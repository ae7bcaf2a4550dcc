import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { expect, it } from "vitest";
import type { Client as Package } from "./released.ts";
import { aStore } from "./store.ts";

const sources = join(import.meta.dirname, "../../client/src");

/** Without a reason, and without static methods. */
class Signal extends EventTarget {
  aborted = false;
}

class Controller {
  readonly signal = new Signal();
  abort() {
    this.signal.aborted = true;
    this.signal.dispatchEvent(new Event("abort"));
  }
}

/** Keeps the URL as it was written, and knows only the members of old. */
class Address {
  readonly href: string;
  constructor(written: string) {
    this.href = written.endsWith("/") ? written : `${written}/`;
  }
  get origin() {
    throw new Error("React Native's URL has no origin");
  }
}

type Init = { method?: string; headers?: HeadersInit; body?: string; signal?: Signal };
class Call {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly text: string | undefined;
  readonly signal: Signal;
  constructor(from: string | Call, init: Init = {}) {
    const { url, method = "GET", headers, text, signal } = typeof from === "string" ? ({ url: from } as Call) : from;
    this.url = url;
    this.method = init.method ?? method;
    this.headers = new Headers(init.headers ?? headers);
    this.text = init.body ?? text;
    this.signal = init.signal ?? signal ?? new Controller().signal;
  }
  clone() {
    return new Call(this);
  }
}

/** An answer has no body to stream or to cancel, and no static `json`. */
class Answer extends Response {
  static override json = undefined as never;
  override get body() {
    return undefined as never;
  }
}

/** The client, with nothing but the globals of React Native that it may use. */
async function loadInReactNative(): Promise<Package> {
  const { outputFiles } = await build({
    stdin: { contents: 'export * from "./index.ts"', resolveDir: sources },
    bundle: true,
    format: "iife",
    globalName: "plinth",
    write: false,
  });
  const globals = { AbortController: Controller, URL: Address, Request: Call, Response: Answer, Headers, FormData };
  const context = createContext({ ...globals, setTimeout, clearTimeout });
  runInContext(`${outputFiles[0]?.text}; globalThis.plinth = plinth;`, context);
  return context.plinth;
}

it("has sessions, repetitions and deadlines in React Native, which lacks much of a browser", async () => {
  const { createClient, fieldErrors, inStore } = await loadInReactNative();
  const store = aStore("first");
  const sent: (string | null | undefined)[][] = [];
  let isHanging = false;
  let answers = 0;
  const answer = (json: object, status = 200) =>
    new Answer(JSON.stringify(json), { status, headers: { "Content-Type": "application/json", "Retry-After": "0" } });
  const api = createClient({
    baseUrl: "https://API.example.com/",
    session: inStore(store),
    fetch: async (request) => {
      const { url, method, headers, text, signal } = request as unknown as Call;
      sent.push([method, url.replace("https://API.example.com/api/v1", ""), headers.get("Authorization"), text]);
      if (isHanging)
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("Over"))));
      if (url.endsWith("/auth/logout")) return new Answer(null, { status: 204 });
      const token = { access_token: `access ${answers}`, refresh_token: `refresh ${answers}`, expires_in: 900 };
      if (url.includes("/auth/")) return answer({ ...token, user: { id: "ada" } });
      return answers++ === 0 ? answer({ code: "overloaded" }, 503) : answer({ items: [], next_cursor: null });
    },
  });
  expect((await api.session.start()).status).toBe("signed_in");
  expect((await api.GET("/api/v1/api-keys")).data?.next_cursor).toBeNull();
  await api.session.signOut();
  expect([api.session.state.status, store.token]).toStrictEqual(["signed_out", null]);
  await api.session.signIn({ username: "ada", password: "secret" });
  expect(store.token).toBe("refresh 2");
  const title = { title: "One" };
  await api.POST("/api/v1/api-keys", { body: title as never });
  expect(sent).toStrictEqual([
    ["POST", "/auth/resume", null, JSON.stringify({ refresh_token: "first" })],
    ["GET", "/api-keys", "Bearer access 0", undefined],
    ["GET", "/api-keys", "Bearer access 0", undefined],
    ["POST", "/auth/logout", "Bearer access 0", JSON.stringify({ refresh_token: "refresh 0" })],
    ["POST", "/auth/login?include=user", null, expect.stringContaining('"token_delivery":"body"')],
    ["POST", "/api-keys", "Bearer access 2", JSON.stringify(title)],
  ]);
  expect(
    Object.keys(fieldErrors({ errors: [{ loc: ["body", "title"], msg: "", type: "taken" as never }] })),
  ).toStrictEqual(["title"]);

  isHanging = true;
  const stop = new Controller();
  const reading = api.GET("/api/v1/api-keys", { signal: stop.signal as never });
  setTimeout(() => stop.abort(), 50);
  await expect(reading).rejects.toThrow("Over");
  const later = createClient({
    baseUrl: "https://API.example.com",
    session: inStore(store),
    fetch: () => new Promise(() => {}),
  });
  const patience = new Controller();
  const waiting = later.GET("/api/v1/api-keys", { signal: patience.signal as never });
  setTimeout(() => patience.abort(), 50);
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
  await expect(later.session.start()).rejects.toMatchObject({ name: "AbortError" });
});
