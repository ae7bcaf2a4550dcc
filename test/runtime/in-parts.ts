/** The runtime under test: Cloudflare's, with an API in parts. vitest.config.ts puts it in place of ./worker.ts. */
import { inject } from "vitest";
import { appInParts } from "./app-in-parts.ts";
import { type appUnderTest as inOne, answerOf as ofOne, bindings as ofWorker, deps as production } from "./worker.ts";

export const [answerOf, bindings, deps] = [ofOne, ofWorker, production];

export const appUnderTest: typeof inOne = (endpoints, given = deps) => appInParts(endpoints, given, inject("shape"));
