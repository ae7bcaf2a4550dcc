import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { endpoint } from "../../src/endpoint/endpoint.ts";
import { download, downloadOf } from "../../src/http/download.ts";
import { aKey, serve } from "../harness.ts";
import { anOrganization } from "../members.ts";

const Row = z.object({ number: z.int() });

/** Sends one page, and fails at the next. */
const exportRows = endpoint(
  {
    method: "get",
    path: "/organizations/{organization_id}/rows",
    operationId: "exportRows",
    tags: ["organizations"],
    summary: "Download rows",
    description: "As NDJSON or CSV.",
    access: { member: "items:read" },
    callers: ["user", "key"],
    request: { params: z.object({ organization_id: z.uuid() }) },
    responses: { 200: downloadOf("Row", "The rows") },
    errors: ["not_acceptable"],
  },
  async (c) => {
    async function* pages() {
      await c.var.run(c.var.db.execute(sql`select 1 as number`));
      yield [{ number: 1 }];
      throw new Error("no further page");
    }
    return download(c, "rows", Row, pages());
  },
);

describe("a download below an organization", () => {
  it("names the key of an organization in the log when it breaks off", async () => {
    const { id, owner, path } = await anOrganization();
    const key = await aKey({ organization_id: id, made_by: owner.id });
    const app = serve({ endpoints: [exportRows] });
    await expect(app.get(`${path}/rows`, { token: key.token })).rejects.toThrow();
    const [line] = app.logs.filter(({ message }) => message === "download broken off");
    expect(line).toMatchObject({ level: "error", operation_id: "exportRows", api_key_id: key.id });
    expect(line).not.toHaveProperty("user_id");
  });
});
