import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

type Share = { version_id: string; percentage: number };
type Answer = { status?: number; result?: unknown; errors?: { code: number; message: string }[] };

/** Cloudflare's API and the Worker that it runs, of one account, in memory. */
export class StandIn {
  /** Undefined until something is uploaded. */
  worker: { migrationTag: string | undefined } | undefined;
  /** The commit of each version. */
  readonly versions = new Map<string, string>();
  deployments: Share[][] = [];
  secrets: string[] = [];
  /** The last upload of each preview, by its name. */
  readonly previews = new Map<string, string>();
  /** Each call, as `GET /workers/…`. */
  readonly calls: string[] = [];
  /** Calls to refuse, by their beginning. */
  refused: string[] = [];
  /** The status of `/health/ready`, by the version that answers. */
  ready = (_version: string): number => 200;
  /** Happens before a call is answered. */
  onCall = (_call: string): void => {};
  url = "";
  readonly #server = createServer((request, response) => {
    void this.#answer(request).then(({ status = 200, result, errors = [] }) => {
      const isWorker = !request.url?.startsWith("/client/v4");
      const body = isWorker ? result : { success: errors.length === 0, errors, messages: [], result: result ?? null };
      response.writeHead(errors.length > 0 && status === 200 ? 400 : status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(body));
    });
  });

  static async open(): Promise<StandIn> {
    const standIn = new StandIn();
    standIn.#server.listen(0, "127.0.0.1");
    await once(standIn.#server, "listening");
    standIn.url = `http://127.0.0.1:${(standIn.#server.address() as AddressInfo).port}`;
    return standIn;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** The variables that lead a command here instead. */
  get variables() {
    return {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TMPDIR: process.env.TMPDIR,
      CLOUDFLARE_API_BASE_URL: `${this.url}/client/v4`,
      CLOUDFLARE_API_TOKEN: "token",
      CLOUDFLARE_ACCOUNT_ID: "acc",
    };
  }

  /** A Worker that has this version, uploaded from `commit`, with all traffic. */
  run(commit: string): string {
    const version = randomUUID();
    this.worker = { migrationTag: undefined };
    this.versions.set(version, commit);
    this.deployments.unshift([{ version_id: version, percentage: 100 }]);
    return version;
  }

  /** The traffic, as `version@percentage`, by the names of `names`. */
  traffic(names: Record<string, string>): string[] {
    const nameOf = (id: string) => Object.entries(names).find(([, other]) => other === id)?.[0] ?? "new";
    return (this.deployments[0] ?? []).map(({ version_id, percentage }) => `${nameOf(version_id)}@${percentage}`);
  }

  writes(): string[] {
    return this.calls.filter((call) => !call.startsWith("GET "));
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const { pathname } = new URL(request.url ?? "/", this.url);
    if (!pathname.startsWith("/client/v4")) return this.#work(pathname, request.headers);
    const call = `${request.method} ${pathname.replace("/client/v4", "").replace(/^\/accounts\/acc(?=\/)/, "")}`;
    this.calls.push(call);
    this.onCall(call);
    if (this.refused.some((begin) => call.startsWith(begin))) {
      return { status: 400, errors: [{ code: 10_500, message: "refused by the test" }] };
    }
    return this.#api(call, body);
  }

  #api(call: string, body: string): Answer {
    const [, version = ""] = /\/versions\/([\w-]+)$/.exec(call) ?? [];
    const json = () => JSON.parse(body) as { versions: Share[] };
    const [, preview = ""] = /\/previews\/([\w-]+)/.exec(call) ?? [];
    switch (true) {
      case /^GET .*\/previews\/[\w-]+$/.test(call):
        return this.previews.has(preview) ? { result: shownPreview(preview) } : noPreview;
      case /^POST .*\/previews$/.test(call): {
        const { name } = JSON.parse(body) as { name: string };
        this.previews.set(name, "");
        return { result: shownPreview(name) };
      }
      case /^POST .*\/previews\/[\w-]+\/deployments$/.test(call):
        this.previews.set(preview, body);
        return { result: { id: randomUUID(), urls: [], env: {} } };
      case /^DELETE .*\/previews\/[\w-]+$/.test(call):
        return this.previews.delete(preview) ? { result: null } : noPreview;
      case /\/previews/.test(call):
        return { result: shownPreview(preview) };
      case call === "GET /accounts/acc":
        return { result: { id: "acc", name: "An account" } };
      case /^GET \/workers\/services\/[\w-]+$/.test(call):
        return this.worker
          ? { result: { default_environment: { environment: "production", script: this.#script() } } }
          : missing;
      case /^GET .*\/deployments$/.test(call):
        return { result: { deployments: this.deployments.map(described) } };
      case /^POST .*\/deployments$/.test(call):
        this.deployments.unshift(json().versions);
        return { result: { id: randomUUID() } };
      case /^GET .*\/versions\/[\w-]+$/.test(call):
        return this.versions.has(version) ? { result: this.#version(version) } : missing;
      case /^GET .*\/versions$/.test(call):
        return { result: { items: [...this.versions.keys()].map((id) => this.#version(id)) } };
      case /^POST .*\/versions$/.test(call):
        return { result: { id: this.#upload(body), startup_time_ms: 9, metadata: { has_preview: false }, resources } };
      case /^PUT \/workers\/scripts\/[\w-]+$/.test(call): {
        const id = this.#upload(body);
        this.deployments.unshift([{ version_id: id, percentage: 100 }]);
        this.worker = { migrationTag: /"new_tag":"(\w+)"/.exec(body)?.[1] };
        return { result: { id, tag: "tag", deployment_id: id, startup_time_ms: 9, available_on_subdomain: true } };
      }
      case /^GET \/workers\/workers\/[\w-]+$/.test(call):
        return { result: { subdomain: { enabled: true, previews_enabled: false } } };
      case /^GET .*\/secrets$/.test(call):
        return { result: this.secrets.map((name) => ({ name, type: "secret_text" })) };
      case /\/workers\/subdomain$/.test(call):
        return { result: { subdomain: "someone" } };
      case /\/subdomain$/.test(call):
        return { result: { enabled: true, previews_enabled: false } };
      case /\/(schedules|script-settings|settings|references|bindings|routes|tails)/.test(call):
        return { result: call.includes("schedules") ? { schedules: [] } : {} };
      default:
        return { result: [] };
    }
  }

  #script() {
    return { tag: "tag", tags: [], last_deployed_from: "wrangler", migration_tag: this.worker?.migrationTag };
  }

  #version(id: string) {
    const annotations = { "workers/tag": this.versions.get(id) ?? "" };
    const metadata = { created_on: "2026-01-01T00:00:00Z", author_email: "", source: "wrangler" };
    return { id, number: 1, metadata, annotations, resources: { bindings: [], script: {}, script_runtime: {} } };
  }

  #upload(body: string): string {
    const id = randomUUID();
    this.worker ??= { migrationTag: undefined };
    this.versions.set(id, /"workers\/tag":"([^"]*)"/.exec(body)?.[1] ?? "");
    return id;
  }

  /** The Worker, as the version that the caller asks for, or the one with the largest share. */
  #work(path: string, headers: IncomingMessage["headers"]): Answer {
    const shares = this.deployments[0] ?? [];
    const [, asked] = /"([\w-]+)"/.exec(String(headers["cloudflare-workers-version-overrides"] ?? "")) ?? [];
    const largest = shares.toSorted((one, other) => other.percentage - one.percentage)[0]?.version_id ?? "";
    const id = shares.some(({ version_id }) => version_id === asked) ? (asked ?? "") : largest;
    if (path === "/version") return { result: { commit: this.versions.get(id) || null, build: id } };
    return { status: path === "/health/ready" ? this.ready(id) : 200, result: { status: "ok" } };
  }
}

const resources = { script: { etag: "etag" }, bindings: [], script_runtime: {} };
const missing: Answer = { status: 404, errors: [{ code: 10_090, message: "no such Worker" }] };

const noPreview: Answer = { status: 404, errors: [{ code: 10_025, message: "no such Preview" }] };

function shownPreview(name: string) {
  return { id: name, name, slug: name, urls: [`https://${name}-tiny.someone.workers.dev`] };
}

function described(versions: Share[]) {
  return {
    id: randomUUID(),
    source: "wrangler",
    strategy: "percentage",
    created_on: "2026-01-01T00:00:00Z",
    author_email: "",
    annotations: {},
    versions,
  };
}
