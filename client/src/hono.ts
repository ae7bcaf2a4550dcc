import type { paths } from "./schema.ts";

type Methods = "get" | "post" | "put" | "patch" | "delete";

/**
 * The API as Hono's client takes it: `hc<Hono<object, Routes>>("https://api.example.com")`. The class is your own copy of
 * Hono's, since its private members make no two copies alike.
 */
export type Routes = {
  [Path in keyof paths as InColons<Path>]: {
    [Method in Methods as paths[Path] extends Record<Method, Operation> ? `$${Method}` : never]: EndpointOf<
      paths[Path][Method]
    >;
  };
};
type InColons<Path extends string> = Path extends `${infer Head}{${infer Name}}${infer Tail}`
  ? `${Head}:${Name}${InColons<Tail>}`
  : Path;

type Operation = { parameters: object; responses: object };

/** One member for each status, by which an answer is told from the others. */
type EndpointOf<One> = One extends { responses: infer Answers }
  ? { [Status in keyof Answers]: AnswerOf<Answers[Status]> & { status: Status; input: InputOf<One> } }[keyof Answers]
  : never;

type AnswerOf<Answer> = Answer extends { content: infer Content }
  ? Content extends { "application/json": infer Output }
    ? { output: Output; outputFormat: "json" }
    : Content extends { "application/problem+json": infer Output }
      ? { output: Output; outputFormat: "json" }
      : { output: unknown; outputFormat: string }
  : { output: Record<never, never>; outputFormat: string };

type InputOf<One> = One extends { parameters: infer Given }
  ? Named<Given, "path", "param"> & Named<Given, "query", "query"> & Named<Given, "header", "header"> & BodyOf<One>
  : never;

/** The parameters at `Place`, which may be left out where each of them may. */
type Named<Given, Place extends string, Name extends string> =
  Given extends Record<Place, infer Some>
    ? { [Key in Name]: Some }
    : Given extends { [Key in Place]?: infer Some }
      ? { [Key in Name as [NonNullable<Some>] extends [never] ? never : Key]?: Some }
      : object;

type BodyOf<One> = One extends { requestBody?: infer Body }
  ? NonNullable<Body> extends { content: infer Content }
    ? Content extends { "application/json": infer Fields }
      ? One extends { requestBody: object }
        ? { json: Fields }
        : { json?: Fields }
      : Content extends { "multipart/form-data": infer Fields }
        ? { form: Fields }
        : object
    : object
  : object;
