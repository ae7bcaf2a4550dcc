import { z } from "@hono/zod-openapi";
import { Timestamp } from "./common.ts";

export const Version = z
  .object({
    version: z.string().openapi({ description: "The setting `VERSION`", example: "1.0.0" }),
    commit: z.string().nullable().openapi({ description: "Null if `npm run ship` did not upload it" }),
    build: z.string().nullable().openapi({ description: "Cloudflare's id of the uploaded version" }),
    uploaded_at: Timestamp.nullable(),
    schema: z.string().openapi({ description: "The last migration that it was built with", example: "0000_init" }),
  })
  .openapi("Version");

/** Readiness: `late` if nobody has looked at the schedules of the tasks in time. */
export const Readiness = z.object({ status: z.literal("ok"), tasks: z.enum(["on_time", "late"]) }).openapi("Readiness");

export const Health = z.object({ status: z.literal("ok") }).openapi("Health");
