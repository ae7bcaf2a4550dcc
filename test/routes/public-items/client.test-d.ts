import { hc } from "hono/client";
import { expectTypeOf } from "vitest";
import type { App } from "../../../src/index.ts";

// A cached answer may be 304.
const shown = await hc<App>("https://api.example.com").api.v1.public.items.$get({ query: {} });
expectTypeOf(shown.status).toEqualTypeOf<200 | 304 | 400 | 412 | 422 | 429 | 500 | 503>();
