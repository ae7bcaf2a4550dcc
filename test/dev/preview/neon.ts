import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { postgres } from "../../../dev/local/postgres.ts";
import { createDatabase, type ThrowawayDatabase } from "../../../dev/local/throwaway/database.ts";

type Kept = { id: string; name: string; created_at: string; database: ThrowawayDatabase };

/** Neon's API for one project; each branch is a database of the tests' own PostgreSQL. */
export class NeonStandIn {
  readonly branches: Kept[] = [];
  /** The environment that the parent of all branches belongs to. */
  owner: string | undefined = "staging";
  readonly calls: string[] = [];
  /** True for a call that has its effect, and never gets its answer. */
  isHeld = (_call: string): boolean => false;
  /** The next calls that are refused with 423, since Neon works on the project. */
  busy = 0;
  url = "";
  readonly #admin: string;
  readonly #server = createServer((request, response) => {
    const path = (request.url ?? "").replace("/projects/p", "");
    const call = `${request.method} ${path}`;
    this.calls.push(call);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (this.busy-- > 0) {
        response.writeHead(423, { "Content-Type": "application/json" });
        return void response.end(JSON.stringify({ message: "project already has running operations" }));
      }
      void this.#answer(request.method ?? "", path, Buffer.concat(chunks).toString()).then((answer) => {
        if (this.isHeld(call)) return;
        response.writeHead(answer ? 200 : 404, { "Content-Type": "application/json" });
        response.end(JSON.stringify(answer ?? { message: "no such branch" }));
      });
    });
  });

  constructor(admin: string) {
    this.#admin = admin;
  }

  async open(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    for (const { database } of this.branches) await database.drop();
  }

  async #answer(method: string, path: string, body: string): Promise<object | undefined> {
    const [, id, rest] = /^\/branches\/(\w+)(\/databases)?$/.exec(path) ?? [];
    const asked = id ?? new URL(path, this.url).searchParams.get("branch_id");
    const place = this.branches.findIndex((branch) => branch.id === asked);
    const found = this.branches[place];
    const listed = /^\/branches(?:\?limit=(\d+))?$/.exec(path);
    // A short page, where nobody asks for more.
    if (listed && method === "GET") return { branches: this.branches.slice(-Number(listed[1] ?? 1)).map(shown) };
    if (path === "/branches")
      return { branch: shown(await this.#branch((JSON.parse(body) as { branch: { name: string } }).branch.name)) };
    if (!found) return undefined;
    if (rest) return { databases: [{ name: "neondb", owner_name: "neondb_owner" }] };
    if (method === "GET") return { uri: found.database.url };
    this.branches.splice(place, 1);
    await found.database.drop();
    return {};
  }

  async #branch(name: string): Promise<Kept> {
    const database = await createDatabase(this.#admin);
    const connection = postgres(database.url);
    await connection.run({ query: "create schema drizzle", params: [] });
    const owner = this.owner === undefined ? "null" : `'plinth: ${this.owner}'`;
    await connection.run({ query: `comment on schema drizzle is ${owner}`, params: [] });
    await connection.close();
    const made = { id: `br${this.branches.length + 1}`, name, created_at: new Date().toISOString(), database };
    this.branches.push(made);
    return made;
  }
}

function shown({ id, name, created_at }: Kept) {
  return { id, name, created_at };
}
