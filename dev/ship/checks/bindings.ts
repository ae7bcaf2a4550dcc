import { type CheckLine, checkLines, unknown } from "../line.ts";
import type { EnvironmentConfig } from "../wrangler-toml.ts";

/** The numbers that every copy of Plinth begins with. */
const firstNumbers = /^1[01]0[1-7]$/;

/** Bindings that count, keep or run something together with what they should not. */
export function bindingLines(mine: EnvironmentConfig, others: EnvironmentConfig[]): CheckLine[] {
  const classes = new Set(
    mine.migrations.flatMap(({ new_sqlite_classes, new_classes, renamed_classes }) => [
      ...(new_sqlite_classes ?? []),
      ...(new_classes ?? []),
      ...(renamed_classes ?? []).map(({ to }) => to),
    ]),
  );
  const unmade = mine.durable_objects.bindings.filter(
    ({ class_name, script_name }) => !script_name && !classes.has(class_name),
  );
  return [
    ...rateLimitLines(mine, others),
    ...checkLines(
      "Durable Objects",
      unmade.map(
        ({ name, class_name }) =>
          `${name} is bound to ${class_name}, which no migration makes: Cloudflare refuses the upload`,
      ),
      "each class has its migration",
    ),
    ...checkLines("shared storage", shared(mine, others), "no environment shares its buckets, namespaces or queues"),
  ];
}

function rateLimitLines(mine: EnvironmentConfig, others: EnvironmentConfig[]): CheckLine[] {
  const limits = mine.ratelimits ?? [];
  const ids = limits.map(({ namespace_id }) => namespace_id);
  const faults = [
    ...limits
      .filter(({ namespace_id }, place) => ids.indexOf(namespace_id) !== place)
      .map(({ name, namespace_id }) => `${name} counts with another limit by namespace_id ${namespace_id}`),
    ...others.flatMap(({ env, ratelimits }) =>
      (ratelimits ?? [])
        .filter(({ namespace_id }) => ids.includes(namespace_id))
        .map(({ name, namespace_id }) => `${name} counts together with ${env} by namespace_id ${namespace_id}`),
    ),
    ...limits
      .filter(({ simple }) => ![10, 60].includes(simple.period))
      .map(({ name, simple }) => `${name} has a period of ${simple.period}: Cloudflare takes 10 or 60 seconds`),
  ];
  if (faults.length === 0 && ids.some((id) => firstNumbers.test(id))) {
    return [
      unknown(
        "rate limits",
        `every copy of Plinth begins with the numbers ${ids.toSorted().join(", ")}: another one in your account would count together with this`,
      ),
    ];
  }
  return checkLines("rate limits", faults, "count apart from the other environments");
}

function shared(mine: EnvironmentConfig, others: EnvironmentConfig[]): string[] {
  const kept = (config: EnvironmentConfig) => [
    ...config.r2_buckets.map(({ bucket_name }) => ["the bucket", bucket_name] as const),
    ...config.kv_namespaces.map(({ id }) => ["the namespace", id] as const),
    ...(config.queues.producers ?? []).map(({ queue }) => ["the queue", queue] as const),
  ];
  return others.flatMap((other) =>
    kept(mine)
      .filter(([, name]) => name !== undefined && kept(other).some(([, theirs]) => theirs === name))
      .map(([kind, name]) => `${kind} ${name} is also that of ${other.env}`),
  );
}
