import { tracing } from "cloudflare:workers";
import type { Tracer } from "../context/types.ts";

/** Cloudflare's tracing: https://developers.cloudflare.com/workers/observability/traces/custom-spans/ */
export const cloudflareTracer: Tracer = {
  within: (name, attributes, work) =>
    tracing.enterSpan(name, async (span) => {
      if (!span.isTraced) return work();
      span.setAttributes(attributes);
      try {
        return await work();
      } catch (error) {
        // Its message may repeat parameters.
        span.setStatus({ code: "error", message: error instanceof Error ? error.name : typeof error });
        throw error;
      }
    }),
  describe: (name, attributes) => {
    const root = tracing.getActiveSpan();
    if (root?.isTraced) root.updateName(name).setAttributes(attributes);
  },
  context: () => {
    const span = tracing.getActiveSpan();
    if (!span?.isTraced) return undefined;
    const { traceId, spanId, traceFlags } = span.spanContext();
    return { traceparent: `00-${traceId}-${spanId}-0${traceFlags & 1}`, tracestate: undefined };
  },
};
