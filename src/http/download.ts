import type { Context } from "hono";
import type { ZodObject } from "zod";
import { ApiError } from "../errors.ts";
import { fieldError } from "../schemas/field-errors.ts";
import { preferredType } from "./accept.ts";
import { headers } from "./headers.ts";
import { type AnyEnv, inPaceOfReader } from "./paced.ts";

type Row = Record<string, unknown>;
type Format = {
  extension: string;
  type: string;
  header: (columns: string[]) => string;
  line: (row: Row, columns: string[]) => string;
};

const formats = {
  "application/x-ndjson": {
    extension: "ndjson",
    type: "application/x-ndjson",
    header: () => "",
    line: (row) => `${JSON.stringify(row)}\n`,
  },
  "text/csv": {
    extension: "csv",
    type: "text/csv; charset=utf-8; header=present",
    header: (columns) => `${columns.map(toName).join(",")}\r\n`,
    // Follows the header, because a row may lack an optional member.
    line: (row, columns) => `${columns.map((column) => toField(row[column])).join(",")}\r\n`,
  },
} as const satisfies Record<string, Format>;

const mediaTypes = ["application/x-ndjson", "text/csv"] as const;

/** The answer of {@link download}, for `responses`. `name` is the schema of a row. */
export function downloadOf(name: string, description: string) {
  const file = (text: string) => ({ schema: { type: "string", description: text } }) as const;
  return {
    description,
    headers: headers("Content-Disposition", "Vary"),
    content: {
      "application/x-ndjson": file(`On each line one \`${name}\` as JSON`),
      "text/csv": file(
        `The fields of \`${name}\` (RFC 4180, UTF-8) under a line with their names. Text is in quotes and never ` +
          "altered, so have a spreadsheet import it as text: it may take `=…` for a formula. Lists and objects are " +
          "JSON in quotes. Nothing at all, without quotes, is null or missing.",
      ),
    },
  } as const;
}

/**
 * Streams rows in the format that `Accept` prefers, at the reader's pace, one page in memory. `schema` picks and
 * orders their members. Throws `not_acceptable` and errors of the first page; later ones cut the transfer off.
 */
export async function download<Env extends AnyEnv>(
  c: Context<Env>,
  name: string,
  schema: ZodObject,
  pages: AsyncGenerator<Row[]>,
) {
  const mediaType = preferredType(c.req.header("Accept"), mediaTypes);
  const vary = { Vary: "Accept" };
  if (!mediaType) {
    const errors = [fieldError(["header", "Accept"], "invalid_value", { values: [...mediaTypes] })];
    throw new ApiError("not_acceptable", { detail: `Available as ${mediaTypes.join(" or ")}.`, errors, headers: vary });
  }
  const { extension, type, header, line } = formats[mediaType];
  const first = await pages.next();

  const columns = Object.keys(schema.shape);

  async function* texts() {
    yield header(columns);
    for (let page = first; !page.done; page = await pages.next()) {
      yield page.value.map((row) => line(schema.parse(row), columns)).join("");
    }
  }
  return c.body(inPaceOfReader(c, texts(), { message: "download broken off" }), 200, {
    ...vary,
    "Content-Type": type,
    "Content-Disposition": `attachment; filename="${name}.${extension}"`,
  });
}

/** Quotes all text, so that null and empty text differ, as in PostgreSQL's COPY. A list or an object becomes JSON. */
function toField(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return quoted(value);
  return typeof value === "object" ? quoted(JSON.stringify(value)) : String(value);
}

function toName(column: string): string {
  return /^[\w.-]+$/.test(column) ? column : quoted(column);
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
