/** The trace of a request: https://www.w3.org/TR/trace-context/ */
export type TraceContext = { traceparent: string; tracestate: string | undefined };

const ids = "(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}";
const known = new RegExp(`^00-${ids}-[0-9a-f]{2}$`);
/** The part of a later version that ours has, too. */
const later = new RegExp(`^(?!00|ff)[0-9a-f]{2}-(${ids})-[0-9a-f]([0-9a-f])(-|$)`);

/**
 * The trace that a caller gives, if it is well-formed. Without it, what other systems have said of it means nothing.
 */
export function traceIn(headers: Headers): TraceContext | undefined {
  const given = headers.get("traceparent");
  if (given === null) return undefined;
  const traceparent = known.test(given) ? given : asKnown(given);
  if (traceparent === undefined) return undefined;
  const tracestate = headers.get("tracestate") ?? "";
  return { traceparent, tracestate: isState(tracestate) ? tracestate : undefined };
}

/** A trace of our own, with the id of the request where that is a UUID: one of the two finds the other. */
export function newTrace(requestId: string | undefined): TraceContext {
  const [a, b] = [hex(), hex()];
  const ofRequest = (requestId ?? "").replaceAll("-", "");
  const isId = /^[0-9a-f]{32}$/.test(ofRequest) && !/^0+$/.test(ofRequest);
  return { traceparent: `00-${isId ? ofRequest : `${a}${b}`}-${hex()}-01`, tracestate: undefined };
}

/** The id of the trace, under which every system that takes part knows it. */
export function traceIdOf({ traceparent }: TraceContext): string {
  return traceparent.slice(3, 35);
}

function asKnown(given: string): string | undefined {
  const [, both, flags = "0"] = later.exec(given) ?? [];
  // Only the lowest flag is known: the caller recorded the trace.
  return both && `00-${both}-0${Number.parseInt(flags, 16) & 1}`;
}

/** True for a list of up to 32 members, which is passed on as it is. */
function isState(value: string): boolean {
  const members = value.split(",").map((member) => member.trim());
  return value.length <= 512 && members.length <= 32 && members.every((member) => memberOfState.test(member));
}
const memberOfState = /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{1,256}$/;

/** Sixteen random digits, which are never all zero. */
function hex(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  if (bytes.every((byte) => byte === 0)) return hex();
  return Buffer.from(bytes).toString("hex");
}
