import { v7 as uuidv7 } from "uuid";
import { insertSery } from "../../crud/series.ts";
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { setETag } from "../../http/etag.ts";
import { Sery, SeryCreate } from "../../schemas/series.ts";

export const createSery = endpoint(
  {
    method: "post",
    path: "/series",
    operationId: "createSery",
    tags: ["series"],
    summary: "Create a sery",
    description: "You become its owner.",
    access: "user",
    versioned: true,
    idempotent: true,
    request: { body: body(SeryCreate) },
    responses: { 201: json(Sery, "The new sery", "Location") },
  },
  async (c) => {
    const { db, user, run } = c.var;
    const [row] = await run(insertSery(db, { ...c.req.valid("json"), id: uuidv7(), owner_id: user.id }));
    const sery = Sery.parse(row);
    setETag(c, 1);
    c.header("Location", `/api/v1/series/${sery.id}`);
    return c.json(sery, 201);
  },
);
