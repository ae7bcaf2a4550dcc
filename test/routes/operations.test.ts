import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { connect } from "../../src/db/client.ts";
import { api, bindings, serve } from "../harness.ts";

describe("GET /health", () => {
  it("answers without the database", async () => {
    const { get } = serve({ bindings: { ...bindings, NEON_FETCH_ENDPOINT: "http://127.0.0.1:9/sql" } });
    const answer = await get("/health");
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({ status: "ok" });
    expect(answer.roundTrips).toBe(0);
  });
});

describe("GET /health/ready", () => {
  it("answers with the database and its migrations", async () => {
    const answer = await api.get("/health/ready");
    expect(answer.status).toBe(200);
    expect(answer.roundTrips).toBe(1);
  });

  it("is 503 while a migration is missing", async () => {
    const behind = serve({
      deps: {
        connect: (settings, trips) => {
          const real = connect(settings, trips);
          const execute = () => real.execute(sql`select '1'::text as created_at`);
          return Object.assign(Object.create(real), { execute });
        },
      },
    });
    const answer = await behind.get("/health/ready");
    expect(answer.status).toBe(503);
    expect(answer.body.code).toBe("not_ready");
    expect(answer.headers.get("Retry-After")).toBe("5");
  });

  it("is 503 on a database that was never migrated", async () => {
    const url = new URL(String(bindings.DATABASE_URL));
    url.pathname = "/postgres";
    const answer = await serve({ bindings: { ...bindings, DATABASE_URL: url.href } }).get("/health/ready");
    expect(answer.status).toBe(503);
    expect(answer.body.code).toBe("not_ready");
  });
});

describe("GET /docs", () => {
  it("is a page that loads nothing from elsewhere", async () => {
    const answer = await api.get("/docs");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toBe("text/html; charset=UTF-8");
    expect(answer.text).not.toMatch(/https?:\/\//);
    const nonce = /nonce="([^"]+)"/.exec(answer.text)?.[1];
    expect(answer.headers.get("Content-Security-Policy")).toContain(`script-src 'self' 'nonce-${nonce}'`);
  });
});
