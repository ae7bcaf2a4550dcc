/** Rewrites the messages of wrangler and the runtime in words for somebody who works on the API. */

/** Follows from code that could not be run, and hides its error: dev-worker.ts exports these classes. */
const echo = /^A DurableObjectNamespace in the config referenced the class /;
const brokenOff =
  /Error inside ProxyWorker .*?: (?<method>[A-Z]+) https?:\/\/[^/\s]+(?<path>[^?\s]*).*Network connection lost/;

/** The runtime's text without what only follows from an error in it. */
export function withoutEchoes(text: string): string {
  const lines = text.split("\n").filter((line) => !echo.test(line));
  return lines.join("\n").trimEnd();
}

/** A line of wrangler's to print, if it concerns a developer. */
export function concerning(line: string): string | undefined {
  if (/\[wrangler:info\]|Logs were written to/.test(line) || line.trim() === "") return undefined;
  const { method, path } = brokenOff.exec(line)?.groups ?? {};
  return method === undefined ? line : `${method} ${path} broke off: the client hung up, or the Worker ended.`;
}
