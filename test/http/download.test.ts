import { eq, sql } from "drizzle-orm";
import { pgTable, uuid } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { keyset, newestFirst } from "../../src/crud/keyset.ts";
import { endpoint } from "../../src/endpoint/endpoint.ts";
import { download, downloadOf } from "../../src/http/download.ts";
import { allPages } from "../../src/services/pages.ts";
import { aKey, aUser, db, serve, unique } from "../harness.ts";
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

const name = unique("labels").replaceAll("-", "_");
const labels = pgTable(name, { id: uuid().primaryKey(), owner_id: uuid().notNull() });
await db.execute(sql.raw(`create table ${name} (id uuid primary key, owner_id uuid not null)`));
const Label = z.object({ id: z.uuid() });

const exportLabels = endpoint(
  {
    method: "get",
    path: "/labels/export",
    operationId: "exportLabels",
    tags: ["labels"],
    summary: "Download your labels",
    description: "As NDJSON or CSV.",
    access: "user",
    rate: "heavy",
    responses: { 200: downloadOf("Label", "All of your labels") },
    errors: ["not_acceptable"],
  },
  async (c) => {
    const { db, run, user } = c.var;
    const pages = allPages(({ after, limit }) => {
      const { past, orderBy, sortKey } = keyset(newestFirst(labels.id), labels.id, after);
      const query = db.select({ id: labels.id, sort_key: sortKey }).from(labels);
      const mine = query.where(sql`${eq(labels.owner_id, user.id)} and ${past ?? true}`);
      return run(mine.orderBy(...orderBy).limit(limit));
    });
    return download(c, "labels", Label, pages);
  },
);

describe("a download of each page of a list", () => {
  it.each([0, 1, 199, 200, 201, 450])("has each of %i rows once, in order, and no other's", async (count) => {
    const [ada, eve] = [await aUser(), await aUser()];
    const app = serve({ endpoints: [exportLabels] });
    const own = Array.from({ length: count }, () => uuidv7());
    const rows = [...own.map((id) => ({ id, owner_id: ada.id })), { id: uuidv7(), owner_id: eve.id }];
    await db.insert(labels).values(rows);
    const { text } = await app.as(ada).get("/labels/export");
    const lines = text.split("\n").slice(0, -1);
    expect(lines.map((line) => JSON.parse(line).id)).toStrictEqual(own.toReversed());
  });
});
