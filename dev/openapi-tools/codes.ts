import type { paths } from "./openapi-typescript/api.ts";

type Code = paths["/api/v1/users"]["post"]["responses"][409]["content"]["application/problem+json"]["code"];
export const known: Code = "email_taken";
// @ts-expect-error A misspelt code is none of this operation's.
export const misspelt: Code = "email_takn";
// @ts-expect-error The code of another operation.
export const another: Code = "not_found";
