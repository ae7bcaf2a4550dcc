/** The headers by which a page of this origin may read an answer with its cookies, and these of its headers. */
export function readableBy(origin: string, exposed: readonly string[]): [string, string][] {
  return [
    ["Access-Control-Allow-Origin", origin],
    ["Access-Control-Allow-Credentials", "true"],
    ["Access-Control-Expose-Headers", exposed.join(",")],
  ];
}
