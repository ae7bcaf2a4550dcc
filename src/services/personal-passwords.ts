import { ApiError } from "../errors.ts";

type Owner = { email: string; username: string };

/** Whether the password is its owner's address or username, or a part of the address, in any letter case. */
export function isPersonal(password: string, { email, username }: Owner): boolean {
  const [name = "", domain = ""] = email.split("@");
  const known = [email, username, name, domain, ...domain.split("."), ...name.split(/[.+_-]/)];
  return known.some((part) => part.toLowerCase() === password.toLowerCase());
}

/** Throws `validation_failed`, as the schema of a password does. */
export function refusePersonal(): never {
  const [loc, msg] = [["body", "password"], "must not be your e-mail address or username, or a part of it"];
  throw new ApiError("validation_failed", {
    detail: `${loc.join(".")}: ${msg}`,
    errors: [{ loc, msg, type: "personal_password" }],
  });
}
