/** Stands in for zod's compiler of schemas, which makes functions of text: a Worker must not. Has the names of its exports. */
function none() {
  throw new Error("A Worker cannot compile a schema: it has no eval");
}

export const INVALID = undefined;
export { none as compile, none as withParser, none as ZodCompileAsyncError, none as ZodCompileUnsupportedError };
