/** The runtime under test: Cloudflare's, with an API in parts. vitest.config.ts puts it in the place of ./worker.ts. */
import { inject } from "vitest";
import { composed } from "./composed.ts";
import { type appOf as inOne, answerOf as ofOne, bindings as ofWorker, deps as production } from "./worker.ts";

export const [answerOf, bindings, deps] = [ofOne, ofWorker, production];

export const appOf: typeof inOne = (endpoints, given = deps) => composed(endpoints, given, inject("shape"));
