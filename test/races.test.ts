import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { users } from "../src/db/schema.ts";
import { api, db, unique } from "./harness.ts";

const fifty = Array.from({ length: 50 }, (_, i) => i);

describe("promise 7: fifty sign-ups at once for one e-mail", () => {
  it("make one account, whatever the letter case", async () => {
    const name = unique("race");
    const answers = await Promise.all(
      fifty.map((i) => {
        const email = i % 2 ? `${name}@example.com` : `${name.toUpperCase()}@EXAMPLE.com`;
        return api.post("/users", { json: { email, username: `${name}.${i}`, password: "correct horse battery" } });
      }),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(49);
    for (const { status, body } of answers) if (status === 409) expect(body.code).toBe("email_taken");
    const rows = await db
      .select()
      .from(users)
      .where(eq(sql`lower(${users.email})`, `${name}@example.com`));
    expect(rows).toHaveLength(1);
  }, 60_000);
});
