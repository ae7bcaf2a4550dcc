import { behind } from "../../context/run.ts";
import { deleteSery, requireSeryVersion } from "../../crud/series.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { IdParams } from "../../schemas/common.ts";

export const removeSery = endpoint(
  {
    method: "delete",
    path: "/series/{id}",
    operationId: "removeSery",
    tags: ["series"],
    summary: "Delete a sery",
    description: "One of your series; admins may delete any.",
    access: "user",
    versioned: true,
    request: { params: IdParams },
    responses: { 204: { description: "Deleted" } },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, user, versions } = c.var;
    const run = behind(c.var.run, versions && requireSeryVersion(db, id, user.id, versions));
    const [gone] = await run(deleteSery(db, id, user.id));
    if (!gone) notFound();
    return c.body(null, 204);
  },
);
