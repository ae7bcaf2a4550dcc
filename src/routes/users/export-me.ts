import { endpoint, json } from "../../endpoint/endpoint.ts";
import { Export } from "../../schemas/exports.ts";
import { exportAccount } from "../../services/exports.ts";

export const exportMe = endpoint(
  {
    method: "get",
    path: "/users/me/export",
    operationId: "exportMe",
    tags: ["users"],
    summary: "Export your data",
    description:
      "Everything about your account as one JSON document: profile, items, other resources, memberships, the names of attachments, sessions, API keys, events and mails. Lists hold up to 10,000 entries, and items and other resources up to 4 MiB of text each; `is_complete` says whether that was everything.",
    access: "user",
    rate: "heavy",
    responses: { 200: json(Export, "The document, as a file to save", "Content-Disposition") },
  },
  async (c) => {
    const document = Export.parse(await exportAccount(c.var));
    c.header("Content-Disposition", `attachment; filename="export-${document.exported_at.slice(0, 10)}.json"`);
    return c.json(document, 200);
  },
);
