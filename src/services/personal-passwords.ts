import { ApiError } from "../errors.ts";
import { fieldError } from "../schemas/field-errors.ts";

type Owner = { email: string; username: string };

/** True if the password is its owner's address, a part of it, or the username, in any letter case. */
export function isPersonal(password: string, { email, username }: Owner): boolean {
  const [name = "", domain = ""] = email.split("@");
  const known = [email, username, name, domain, ...domain.split("."), ...name.split(/[.+_-]/)];
  return known.some((part) => part.toLowerCase() === password.toLowerCase());
}

/** Throws `validation_failed`, like the schema of a password. */
export function refusePersonal(): never {
  const error = fieldError(["body", "password"], "personal_password");
  throw new ApiError("validation_failed", { detail: `body.password: ${error.msg}`, errors: [error] });
}
