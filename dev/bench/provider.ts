/** Resend, as `npm run bench:outages` needs it: well, down, or refusing. Stands in for its address alone. */
import { setTimeout as wait } from "node:timers/promises";

/** `poison` refuses mails to addresses with that word; `down` refuses connections; a number is a status. */
export type Mode = "well" | "poison" | "down" | "hangs" | "401" | "422" | "429" | "500";

export class Provider {
  mode: Mode = "well";
  /** Milliseconds until it answers. */
  latency = 5;
  /** The subrequests that a run may have, as the platform counts them. */
  cap = Number.POSITIVE_INFINITY;
  subrequests = 0;
  refused = 0;
  calls = 0;
  /** The number of deliveries of each mail. */
  readonly delivered = new Map<string, number>();
  readonly #real = globalThis.fetch;

  constructor() {
    globalThis.fetch = (input, init) => this.#fetch(input, init);
  }

  begin(): void {
    this.delivered.clear();
    this.calls = 0;
  }

  get twice(): number {
    return [...this.delivered.values()].filter((count) => count > 1).length;
  }

  async #fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    this.subrequests += 1;
    if (this.subrequests > this.cap) {
      this.refused += 1;
      throw new Error("Too many subrequests by single Worker invocation.");
    }
    const request = new Request(input, init);
    if (new URL(request.url).host !== "api.resend.com") return this.#real(input, init);
    this.calls += 1;
    if (this.mode === "hangs") return new Promise((_, reject) => request.signal.addEventListener("abort", reject));
    await wait(this.latency);
    if (this.mode === "down") throw new TypeError("connect ECONNREFUSED 10.0.0.1:443");
    const text = await request.text();
    if (this.mode === "poison" && text.includes("poison@")) return new Response(null, { status: 422 });
    if (/^\d/.test(this.mode)) {
      const headers = { ...(this.mode === "429" && { "Retry-After": "3600" }) };
      return new Response(null, { status: Number(this.mode), headers });
    }
    const id = request.headers.get("Idempotency-Key") ?? "";
    this.delivered.set(id, (this.delivered.get(id) ?? 0) + 1);
    return Response.json({ id });
  }
}
