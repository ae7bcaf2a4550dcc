import { join } from "node:path";
import { unstable_readConfig as readConfig } from "wrangler";
import { z } from "zod";
import { CommandError } from "../config.ts";
import { frameOf } from "../frame.ts";

const Route = z.union([z.string(), z.looseObject({ pattern: z.string(), custom_domain: z.boolean().optional() })]);
const optional = z.string().nullish();

/** The parts of wrangler's configuration that are looked at here. */
const Config = z.looseObject({
  name: optional,
  topLevelName: optional,
  definedEnvironments: z.array(z.string()).nullish(),
  account_id: optional,
  compatibility_date: optional,
  workers_dev: z.boolean().nullish(),
  routes: z.array(Route).nullish(),
  route: Route.nullish(),
  vars: z.record(z.string(), z.unknown()).default({}),
  secrets: z.looseObject({ required: z.array(z.string()).default([]) }).nullish(),
  limits: z.unknown(),
  placement: z.looseObject({ mode: optional, region: optional }).nullish(),
  triggers: z.looseObject({ crons: z.array(z.string()).nullish() }),
  observability: z
    .looseObject({
      enabled: z.boolean().optional(),
      head_sampling_rate: z.number().optional(),
      redact_query_string: z.boolean().optional(),
      logs: z
        .looseObject({
          enabled: z.boolean().optional(),
          head_sampling_rate: z.number().optional(),
          invocation_logs: z.boolean().optional(),
        })
        .optional(),
      traces: z.looseObject({ enabled: z.boolean().optional() }).optional(),
    })
    .nullish(),
  version_metadata: z.looseObject({ binding: z.string() }).nullish(),
  durable_objects: z.looseObject({
    bindings: z.array(z.looseObject({ name: z.string(), class_name: z.string(), script_name: z.string().optional() })),
  }),
  migrations: z
    .array(
      z.looseObject({
        tag: z.string(),
        new_classes: z.array(z.string()).optional(),
        new_sqlite_classes: z.array(z.string()).optional(),
        renamed_classes: z.array(z.looseObject({ to: z.string() })).optional(),
        deleted_classes: z.array(z.string()).optional(),
      }),
    )
    .default([]),
  ratelimits: z
    .array(
      z.looseObject({
        name: z.string(),
        namespace_id: z.string(),
        simple: z.looseObject({ limit: z.number(), period: z.number() }),
      }),
    )
    .default([]),
  r2_buckets: z.array(z.looseObject({ binding: z.string(), bucket_name: z.string().optional() })).default([]),
  kv_namespaces: z.array(z.looseObject({ binding: z.string(), id: z.string().optional() })).default([]),
  queues: z.looseObject({
    producers: z.array(z.looseObject({ binding: z.string(), queue: z.string() })).nullish(),
    consumers: z.array(z.looseObject({ queue: z.string() })).nullish(),
  }),
  send_email: z.array(z.looseObject({ name: z.string() })).default([]),
});

/** The content of wrangler.toml, as wrangler understands it. */
export type WorkerConfig = z.infer<typeof Config>;

/** An environment with what it inherits. */
export type EnvironmentConfig = WorkerConfig & { env: string };

/**
 * Reads wrangler.toml as wrangler understands it: an environment with what it inherits, or the part outside of all.
 * Throws {@link CommandError} for an unknown environment, and with its place for a mistake in the file.
 */
export function readWranglerToml(project: string, env?: string) {
  const read = (named: { env?: string }) => {
    try {
      return readConfig({ config: join(project, "wrangler.toml"), ...named }, { hideWarnings: true });
    } catch (error) {
      throw new CommandError(frameOf(error));
    }
  };
  const root = read({});
  if (env === undefined) return root;
  if (!root.definedEnvironments?.includes(env)) throw new CommandError(`wrangler.toml has no environment ${env}.`);
  return read({ env });
}

export function readEnvironment(project: string, env: string): EnvironmentConfig {
  return { ...Config.parse(readWranglerToml(project, env)), env };
}

/** Reads the part outside of all environments. */
export function readRoot(project: string): WorkerConfig {
  return Config.parse(readWranglerToml(project));
}

/** Domains of its own; none means that it answers at workers.dev alone. */
export function ownDomains({ routes, route }: WorkerConfig): string[] {
  return [routes ?? [], route ?? []].flat().map((one) => (typeof one === "string" ? one : one.pattern));
}
