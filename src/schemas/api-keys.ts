import { z } from "@hono/zod-openapi";
import { permissions } from "../permissions.ts";
import { changesSomething, Id, Timestamp } from "./common.ts";
import { rule } from "./field-errors.ts";
import { networkIn } from "./networks.ts";
import { pageOf } from "./pages.ts";
import { Moment } from "./parameters.ts";
import { hasNoTwins, text } from "./text.ts";

const Name = text({ min: 1, max: 100 }).openapi({
  description: "Unique among the owner's keys, in any letter case",
  example: "Nightly import",
});
const Permissions = z
  .array(z.enum(permissions))
  .min(1)
  .max(permissions.length)
  .check(hasNoTwins)
  .openapi({ description: "All that the key may do, and never more than you may", example: ["items:read"] });
const Networks = z
  .array(
    z
      .string()
      .max(50)
      .check(rule((text) => networkIn(text) !== undefined, "invalid_format", { format: "network" }))
      .overwrite((text) => networkIn(text) ?? text),
  )
  .max(20)
  .check(hasNoTwins)
  .openapi({
    description:
      "The addresses and networks (CIDR) that the key may be used from; an empty list means any. Each has one text, such as 203.0.113.0/24 for 203.0.113.7/24",
    example: ["203.0.113.0/24", "2001:db8::/32"],
  });
const ExpiresAt = Moment.nullable().openapi({
  description: "In the future; null for a key that does not expire",
  type: ["string", "null"],
  format: "date-time",
  example: "2030-01-01T00:00:00.000Z",
});

/** An API key without its secret. */
export const ApiKey = z
  .object({
    id: Id.openapi({ description: "Also in the key itself, without the dashes" }),
    name: z.string(),
    made_by: Id.openapi({ description: "The user who made it" }),
    permissions: z.array(z.string()),
    networks: z.array(z.string()),
    expires_at: Timestamp.nullable(),
    last_used_at: Timestamp.nullable().openapi({ description: "To the hour" }),
    previous_until: Timestamp.nullable().openapi({
      description: "The time at which the secret from before the last rotation stops working",
    }),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi("ApiKey");
/** The path of an organization's keys, and of one of them. */
export const OrganizationKeysParams = z.object({ organization_id: Id });
export const OrganizationKeyParams = OrganizationKeysParams.extend({ id: Id });

export const ApiKeyPage = pageOf(ApiKey).openapi("ApiKeyPage");

/** The only answer with the key itself. */
export const NewApiKey = ApiKey.extend({
  key: z.string().openapi({ description: "Shown once: only a hash of it is kept" }),
}).openapi("NewApiKey");

export const ApiKeyCreate = z
  .strictObject({
    name: Name,
    permissions: Permissions,
    networks: Networks.optional(),
    expires_at: ExpiresAt.optional(),
  })
  .openapi("ApiKeyCreate");
export type ApiKeyCreate = z.output<typeof ApiKeyCreate>;

export const ApiKeyUpdate = z
  .strictObject({ name: Name, permissions: Permissions, networks: Networks, expires_at: ExpiresAt })
  .partial()
  .check(changesSomething)
  .openapi("ApiKeyUpdate", { minProperties: 1 });
export type ApiKeyUpdate = z.output<typeof ApiKeyUpdate>;

export const ApiKeyRotation = z
  .strictObject({
    overlap_seconds: z.int().min(0).max(604_800).optional().openapi({
      description: "The seconds for which the current secret works on; a day if left out",
      example: 3_600,
    }),
  })
  .openapi("ApiKeyRotation");
export type ApiKeyRotation = z.output<typeof ApiKeyRotation>;
