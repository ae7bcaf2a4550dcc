import { CommandError } from "../config.ts";
import type { LocalSession } from "../local/database.ts";

/** Throws {@link CommandError} for a database that would take the migrations, and serve nobody. */
export async function refuseUnfitDatabase({ run }: Pick<LocalSession, "run">): Promise<void> {
  const query = `select current_database(), current_user, current_setting('server_encoding'), current_schema()`;
  const [name, role, encoding, schema] = (await run(query)).rows[0] ?? [];
  if (encoding !== "UTF8") {
    throw new CommandError(
      `Nothing was applied: the database ${name} keeps text in ${encoding}, which cannot be changed. Make one anew: ` +
        "create database … encoding 'UTF8' template template0.",
    );
  }
  if (schema !== "public") {
    throw new CommandError(
      `Nothing was applied: the role ${role} makes tables in ${schema === null ? "no schema" : `the schema ${schema}`}, and the ` +
        `Worker looks for them in public: alter role "${role}" in database "${name}" set search_path = public.`,
    );
  }
}
