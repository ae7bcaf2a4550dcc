import { CommandError } from "../config.ts";
import { isPostgresError } from "./database.ts";

/** No such table, column or function. */
const unmigrated: ReadonlySet<string> = new Set(["42P01", "42703", "42883"]);

/** The sentence for a database that cannot be reached; anything else is returned as it is. */
export function explained(error: unknown, where: string): unknown {
  if (error instanceof CommandError) return error;
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (isPostgresError(cause)) {
    const hint = unmigrated.has(cause.code ?? "") ? " Is it migrated? npm run db:migrate" : "";
    return new CommandError(`The database ${where} refused: ${cause.message} (${cause.code}).${hint}`);
  }
  if (cause instanceof Error && /password must be a string/.test(cause.message)) {
    return new CommandError(`The database ${where} wants a password, and its connection string has none.`);
  }
  if (cause instanceof Error && ("code" in cause || /timeout|terminated/i.test(cause.message))) {
    return new CommandError(
      `The database ${where} cannot be reached: ${cause.message || String(Reflect.get(cause, "code"))}.`,
    );
  }
  return error;
}
