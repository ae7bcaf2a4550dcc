type Place = { file: string; line: number; column: number; lineText: string };
type BuildError = { text: string; location?: Place | null };

/** Formats errors of the bundler, and of wrangler where it reads its configuration, for people: each with its place. */
export function frameOf(failure: unknown): string {
  for (let cause = failure; typeof cause === "object" && cause !== null; cause = Reflect.get(cause, "cause")) {
    const errors: unknown = Reflect.get(cause, "errors");
    if (Array.isArray(errors) && errors.every(isBuildError)) return errors.map(show).join("\n\n");
    if (isBuildError(cause)) return show(cause);
    if (Reflect.get(cause, "cause") === undefined) return String(Reflect.get(cause, "message") ?? cause);
  }
  return String(failure);
}

function isBuildError(error: unknown): error is BuildError {
  return typeof error === "object" && error !== null && "text" in error && "location" in error;
}

function show({ text, location }: BuildError): string {
  if (!location) return `ERROR: ${text}`;
  const { file, line, column, lineText } = location;
  const margin = `${line} │ `;
  return `${file}:${line}:${column}: ERROR: ${text}\n\n  ${margin}${lineText}\n  ${" ".repeat(margin.length + column)}^`;
}
