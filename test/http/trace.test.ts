import { describe, expect, it } from "vitest";
import { newTrace, traceIdOf, traceIn } from "../../src/http/trace.ts";

const ids = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
const read = (traceparent: string, tracestate?: string) =>
  traceIn(new Headers({ traceparent, ...(tracestate !== undefined && { tracestate }) }));

describe("a traceparent", () => {
  it.each([`00-${ids}-00`, `00-${ids}-01`, `00-${ids}-03`])("is passed on as it is: %s", (given) => {
    expect(read(given)).toStrictEqual({ traceparent: given, tracestate: undefined });
  });

  it.each([
    [`cc-${ids}-01`, `00-${ids}-01`],
    [`cc-${ids}-01-what-the-future-will-be-like`, `00-${ids}-01`],
    [`01-${ids}-fe`, `00-${ids}-00`],
  ])("of a later version is passed on as far as it is known: %s", (given, passed) => {
    expect(read(given)?.traceparent).toBe(passed);
  });

  it.each([
    ...["", `00-${ids}`, `00-${ids}-01-more`, `00-${ids}-01.`, `cc-${ids}-01.more`, `ff-${ids}-01`, `00-${ids}-1`],
    ...[
      `00-${ids.toUpperCase()}-01`,
      `00-${ids.slice(0, 32)}-${"0".repeat(16)}-01`,
      `00-${"0".repeat(32)}${ids.slice(32)}-01`,
    ],
    `00-${ids}-01, 00-${ids}-01`,
  ])("is dropped where it is not well-formed: %s", (given) => {
    expect(read(given, "vendor=opaque")).toBeUndefined();
  });
});

describe("a tracestate", () => {
  it.each(["vendor=opaque", "a=1,b=2", "a=1 , tenant@vendor=x:y/z", `a=${"v".repeat(256)}`])(
    "is passed on: %s",
    (given) => {
      expect(read(`00-${ids}-01`, given)?.tracestate).toBe(given);
    },
  );

  it.each(["", "Vendor=1", "a", "a=", "a=1,,", "a=\u00e9", `a=${"v".repeat(257)}`, Array(33).fill("a=1").join()])(
    "is dropped where it is not well-formed: %s",
    (given) => {
      expect(read(`00-${ids}-01`, given)).toStrictEqual({ traceparent: `00-${ids}-01`, tracestate: undefined });
    },
  );
});

describe("a trace of our own", () => {
  it("has the id of the request if that is a UUID, and a new one otherwise", () => {
    const id = crypto.randomUUID();
    expect(traceIdOf(newTrace(id))).toBe(id.replaceAll("-", ""));
    for (const other of [undefined, "a-request", "00000000-0000-0000-0000-000000000000"]) {
      const [one, two] = [newTrace(other), newTrace(other)];
      expect(traceIn(new Headers({ traceparent: one.traceparent }))).toStrictEqual(one);
      expect(traceIdOf(one)).not.toBe(traceIdOf(two));
    }
  });
});
