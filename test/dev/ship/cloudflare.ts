import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

type Share = { version_id: string; percentage: number };
type Answer = { status?: number; result?: unknown; errors?: { code: number; message: string }[] };

/** A Worker of the account. */
class OneWorker {
  /** Undefined until something is uploaded. */
  script: { migrationTag: string | undefined } | undefined;
  /** The commit of each version. */
  readonly versions = new Map<string, string>();
  /** The message of each, where one came with it. */
  readonly messages = new Map<string, string>();
  deployments: Share[][] = [];
  secrets: string[] = [];
  /** The values that came with an upload. */
  readonly secretValues = new Map<string, string>();

  /** A new version of it, uploaded from `commit`, with all traffic. */
  run(commit: string, message = ""): string {
    const version = randomUUID();
    this.script = { migrationTag: undefined };
    this.versions.set(version, commit);
    this.messages.set(version, message);
    this.deployments.unshift([{ version_id: version, percentage: 100 }]);
    return version;
  }

  /** The version with the largest share of its traffic. */
  get current(): string {
    const shares = this.deployments[0] ?? [];
    return shares.toSorted((one, other) => other.percentage - one.percentage)[0]?.version_id ?? "";
  }
}

/** The Worker that answers where no other is named. */
const first = "tiny-production";

/** Cloudflare's API and the Workers that it runs, of one account, in memory. */
export class StandIn {
  readonly workers = new Map<string, OneWorker>();
  /** The last upload of each preview, by its name. */
  readonly previews = new Map<string, string>();
  /** Each call, as `GET /workers/…`. */
  readonly calls: string[] = [];
  /** Calls to refuse, by their beginning. */
  refused: string[] = [];
  /** The status of `/health/ready`, by the version that answers. */
  ready = (_version: string): number => 200;
  /** The status of any other path of the Worker. */
  answers = (_call: string): number => 200;
  /** The answer to a call of the API in place of the right one: a status, a text, and headers. */
  odd = (_call: string): [status: number, text: string, headers?: Record<string, string>] | undefined => undefined;
  /** True to answer calls of the API with half a text. */
  isTorn = false;
  /** True for a call that never gets its answer, whether it had its effect or not. */
  isHeld = (_call: string): "before" | "after" | undefined => undefined;
  /** Happens before a call is answered. */
  onCall = (_call: string): void => {};
  url = "";
  readonly #server = createServer((request, response) => {
    void this.#answer(request).then(({ status = 200, result, errors = [] }) => {
      const isWorker = !request.url?.startsWith("/client/v4");
      const call = `${request.method} ${request.url
        ?.replace(/\?.*/, "")
        .replace("/client/v4", "")
        .replace(/^\/accounts\/acc(?=\/)/, "")}`;
      const odd = isWorker ? undefined : this.odd(call);
      if (odd) return void response.writeHead(odd[0], { "Content-Type": "application/json", ...odd[2] }).end(odd[1]);
      const body = isWorker ? result : { success: errors.length === 0, errors, messages: [], result: result ?? null };
      response.writeHead(errors.length > 0 && status === 200 ? 400 : status, { "Content-Type": "application/json" });
      const text = JSON.stringify(body);
      response.end(this.isTorn && !isWorker ? text.slice(0, text.length / 2) : text);
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

  /** The Worker of this name. */
  of(name: string): OneWorker {
    const known = this.workers.get(name) ?? new OneWorker();
    this.workers.set(name, known);
    return known;
  }

  /** The first Worker runs a version that was uploaded from `commit`, with all traffic. */
  run(commit: string): string {
    return this.of(first).run(commit);
  }

  get worker() {
    return this.of(first).script;
  }
  set worker(script: OneWorker["script"]) {
    this.of(first).script = script;
  }
  get versions() {
    return this.of(first).versions;
  }
  get deployments() {
    return this.of(first).deployments;
  }
  set deployments(deployments: Share[][]) {
    this.of(first).deployments = deployments;
  }
  get secrets() {
    return this.of(first).secrets;
  }
  set secrets(secrets: string[]) {
    this.of(first).secrets = secrets;
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
    if (!pathname.startsWith("/client/v4")) {
      const call = `${request.method} ${pathname}`;
      if (this.isHeld(call)) await new Promise(() => {});
      return this.#work(call, request.headers);
    }
    const call = `${request.method} ${pathname.replace("/client/v4", "").replace(/^\/accounts\/acc(?=\/)/, "")}`;
    this.calls.push(call);
    this.onCall(call);
    if (this.refused.some((begin) => call.startsWith(begin))) {
      return { status: 400, errors: [{ code: 10_500, message: "refused by the test" }] };
    }
    const held = this.isHeld(call);
    if (held === "before") await new Promise(() => {});
    const answer = this.#api(call, body);
    if (held === "after") await new Promise(() => {});
    return answer;
  }

  #api(call: string, body: string): Answer {
    const [, version = ""] = /\/versions\/([\w-]+)$/.exec(call) ?? [];
    const json = () => JSON.parse(body) as { versions: Share[] };
    const [, preview = ""] = /\/previews\/([\w-]+)/.exec(call) ?? [];
    const worker = this.of(/\/workers\/(?:scripts|services)\/([\w-]+)/.exec(call)?.[1] ?? first);
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
        return worker.script
          ? { result: { default_environment: { environment: "production", script: shownScript(worker) } } }
          : missing;
      case /^GET .*\/deployments$/.test(call):
        return { result: { deployments: worker.deployments.map(described) } };
      case /^POST .*\/deployments$/.test(call):
        worker.deployments.unshift(json().versions);
        return { result: { id: randomUUID() } };
      case /^GET .*\/versions\/[\w-]+$/.test(call):
        return worker.versions.has(version) ? { result: shownVersion(worker, version) } : missing;
      case /^GET .*\/versions$/.test(call):
        return { result: { items: [...worker.versions.keys()].map((id) => shownVersion(worker, id)) } };
      case /^POST .*\/versions$/.test(call):
        return {
          result: { id: upload(worker, body), startup_time_ms: 9, metadata: { has_preview: false }, resources },
        };
      case /^PUT \/workers\/scripts\/[\w-]+$/.test(call): {
        const id = upload(worker, body);
        worker.deployments.unshift([{ version_id: id, percentage: 100 }]);
        worker.script = { migrationTag: /"new_tag":"(\w+)"/.exec(body)?.[1] };
        return { result: { id, tag: "tag", deployment_id: id, startup_time_ms: 9, available_on_subdomain: true } };
      }
      case /^DELETE \/workers\/(?:scripts|services)\/[\w-]+$/.test(call):
        worker.script = undefined;
        return { result: null };
      case /^GET \/workers\/workers\/[\w-]+$/.test(call):
        return { result: { subdomain: { enabled: true, previews_enabled: false } } };
      case call === "GET /workers/scripts":
        return { result: [...this.workers].flatMap(([id, { script }]) => (script ? [{ id }] : [])) };
      case /^GET .*\/secrets$/.test(call):
        return { result: worker.secrets.map((name) => ({ name, type: "secret_text" })) };
      case /\/domains\/changeset$/.test(call):
        return { result: { added: [], removed: [], updated: [], conflicting: [] } };
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

  /** The Worker, as the version that the caller asks for, or the one with the largest share. */
  #work(call: string, headers: IncomingMessage["headers"]): Answer {
    const shares = this.deployments[0] ?? [];
    const [, asked] = /"([\w-]+)"/.exec(String(headers["cloudflare-workers-version-overrides"] ?? "")) ?? [];
    const id = shares.some(({ version_id }) => version_id === asked) ? (asked ?? "") : this.of(first).current;
    if (call === "GET /version") return { result: { commit: this.versions.get(id) || null, build: id } };
    const status = call === "GET /health/ready" ? this.ready(id) : this.answers(call);
    return { status, result: { status: "ok" } };
  }
}

function shownScript({ script }: OneWorker) {
  return { tag: "tag", tags: [], last_deployed_from: "wrangler", migration_tag: script?.migrationTag };
}

function shownVersion({ versions, messages }: OneWorker, id: string) {
  const annotations = { "workers/tag": versions.get(id) ?? "", "workers/message": messages.get(id) ?? "" };
  const metadata = { created_on: "2026-01-01T00:00:00Z", author_email: "", source: "wrangler" };
  return { id, number: 1, metadata, annotations, resources: { bindings: [], script: {}, script_runtime: {} } };
}

/** Keeps a version of a Worker, with the secrets that came with it. */
function upload(worker: OneWorker, body: string): string {
  const id = randomUUID();
  worker.script ??= { migrationTag: undefined };
  worker.versions.set(id, /"workers\/tag":"([^"]*)"/.exec(body)?.[1] ?? "");
  worker.messages.set(id, /"workers\/message":"([^"]*)"/.exec(body)?.[1] ?? "");
  for (const [, name = "", text = ""] of body.matchAll(
    /"name":"(\w+)","type":"secret_text","text":("(?:[^"\\]|\\.)*")/g,
  )) {
    if (!worker.secrets.includes(name)) worker.secrets.push(name);
    worker.secretValues.set(name, JSON.parse(text));
  }
  return id;
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
