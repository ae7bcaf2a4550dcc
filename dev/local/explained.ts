import { Problem } from "../config.ts";
import { isPostgresError } from "./database.ts";

/** The sentence for a database that cannot be reached; anything else is returned as it is. */
export function explained(error: unknown, where: string): unknown {
  if (error instanceof Problem) return error;
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (isPostgresError(cause)) {
    return new Problem(`The database ${where} refused: ${cause.message} (${cause.code}).`);
  }
  if (cause instanceof Error && ("code" in cause || /timeout|terminated/i.test(cause.message))) {
    return new Problem(
      `The database ${where} cannot be reached: ${cause.message || String(Reflect.get(cause, "code"))}.`,
    );
  }
  return error;
}
