import type { MemberAccess, organizationPath } from "../context/policy.ts";
import type { OrganizationTable, OwnedTable } from "../db/schema.ts";
import type { Permission } from "../permissions.ts";
import type { PageQuery } from "../schemas/pages.ts";
import type { AnswerStatus, Contract } from "./contract.ts";
import type { Excluded } from "./exclusions.ts";

/**
 * Makes the compiler refuse an unsound contract, with the reason as the type's text. rules.ts has the rules beyond
 * types.
 */
export type Sound<C extends Contract> = {
  // An object, because `true &` a text is `never`, whose message names nothing.
  [Word in Exclude<keyof C, keyof Contract>]: { reason: `A contract has no ${Word & string}` };
} & {
  path: SoundPath<C["path"]>;
  access: SoundAccess<C>;
  request?: {
    [Part in Exclude<keyof C["request"], RequestPart>]: `A request has no ${Part & string}`;
  } & SoundParams<C> &
    SoundPages<C>;
  responses: {
    [Status in Exclude<keyof C["responses"], AnswerStatus>]: "List an error's code in `errors`";
  } & SoundAnswers<C>;
} & SoundWords<C>;

/** Leaves words alone where the compiler has found another fault first, and knows no literal path. */
type SoundWords<C extends Contract> = string extends C["path"] ? unknown : Excluded<C> & Needed<C>;
/** The kind of value that words need beside others. */
type Needed<C extends Contract> = (C extends { refersTo: unknown }
  ? { refersTo: Readonly<Record<string, C["access"] extends MemberAccess ? OrganizationTable : OwnedTable>> }
  : unknown) &
  (C extends { callers: unknown; access: MemberAccess } ? { access: { member: Permission } } : unknown);

type RequestPart = keyof NonNullable<Contract["request"]>;

/** Requires `{ member }` to be below an organization. */
type SoundAccess<C extends Contract> = C["access"] extends MemberAccess
  ? C["path"] extends typeof organizationPath | `${typeof organizationPath}/${string}`
    ? unknown
    : `{ member } is for paths below ${typeof organizationPath}`
  : unknown;

/** Leaves a path alone that is no literal type, because the compiler has found another fault first. */
type SoundPath<Path extends string> = string extends Path
  ? Path
  : Path extends `${string}:${string}`
    ? "A parameter is written {id}"
    : Path extends `/${string}`
      ? Path extends "/"
        ? Path
        : Path extends `${string}//${string}` | `${string}/`
          ? "A path has no empty segment"
          : Path
      : "A path begins with /";

/** Requires a path and the schema of its parameters to have the same names. */
type SoundParams<C extends Contract> = [NamesIn<C["path"]>, ParamsOf<C>] extends [ParamsOf<C>, NamesIn<C["path"]>]
  ? unknown
  : { params: `The path has ${NamesIn<C["path"]>}, its params have ${ParamsOf<C>}` };
type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;
type ParamsOf<C extends Contract> = C extends { request: { params: { shape: infer Shape } } }
  ? keyof Shape & string
  : never;

/** Requires a list of pages to leave the parameters of a page to `paged`. */
type SoundPages<C extends Contract> = C extends { paged: true; request: { query: { shape: infer Shape } } }
  ? [keyof Shape & keyof PageQuery] extends [never]
    ? unknown
    : { query: `paged adds ${keyof Shape & keyof PageQuery} to the query` }
  : unknown;

type SoundAnswers<C extends Contract> = [keyof C["responses"] & Exclude<AnswerStatus, 304>] extends [never]
  ? { 200: "Declare an answer with a status below 400" }
  : unknown;
