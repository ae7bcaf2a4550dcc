/** A difference between two contracts, and who breaks by it. */
export type Change = {
  /** Such as `PATCH /api/v1/items/{id}`. */
  operation: string;
  /** Such as `request body.title`, `query limit` or `200 body.items[]`. */
  place: string;
  rule: string;
  breaks: "old clients" | "nobody";
  /** The reason for which a break is allowed. */
  allowed?: string;
};

/** The effect of a difference on the set of values that are valid at its place. */
export type Effect = "narrows" | "widens" | "grows" | "changes" | "adds";

/** The side that reads the values: the server, or clients. An error may tell more than before: see docs/http.md. */
export type Direction = "request" | "answer" | "error";

/** A client breaks by what it may no longer send, and by what it could not receive before. */
export function breaksClients(effect: Effect, direction: Direction): boolean {
  if (effect === "adds" || effect === "changes") return effect === "changes";
  // Such as an enum: a client treats an error whose code it does not know by its status.
  if (effect === "grows") return direction === "answer";
  return effect === (direction === "request" ? "narrows" : "widens");
}

/** The reason to let a thing go: it was deprecated, and its day has passed. Undefined if there is none. */
export function sunsetOf(thing: object | undefined, today: string): string | undefined {
  const { deprecated, "x-sunset": sunset } = (thing ?? {}) as { deprecated?: unknown; "x-sunset"?: unknown };
  return deprecated === true && typeof sunset === "string" && sunset < today ? `its sunset was ${sunset}` : undefined;
}
