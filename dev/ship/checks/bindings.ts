import { type CheckLine, checkLines, unknown } from "../line.ts";
import type { EnvironmentConfig } from "../wrangler-toml.ts";

/** The numbers that every copy of Plinth begins with. */
const firstNumbers = /^1[01]0[1-7]$/;

/** Bindings that count, keep or run something together with what they should not. */
export function bindingLines(mine: EnvironmentConfig, others: EnvironmentConfig[]): CheckLine[] {
  return [
    ...rateLimitLines(mine, others),
    ...checkLines("Durable Objects", objectFaults(mine), "each class has its migration"),
    ...checkLines("queues", queueFaults(mine), "what wakes tasks is taken"),
    ...checkLines("shared storage", shared(mine, others), "no environment shares its buckets, namespaces or queues"),
  ];
}

/** Classes that no migration makes, or that one deletes; and migrations of one tag, of which only the first would run. */
function objectFaults({ migrations, durable_objects }: EnvironmentConfig): string[] {
  const classes = new Set<string>();
  for (const { new_sqlite_classes, new_classes, renamed_classes, deleted_classes } of migrations) {
    const made = [
      ...(new_sqlite_classes ?? []),
      ...(new_classes ?? []),
      ...(renamed_classes ?? []).map(({ to }) => to),
    ];
    for (const name of made) classes.add(name);
    for (const name of deleted_classes ?? []) classes.delete(name);
  }
  const tags = migrations.map(({ tag }) => tag);
  return [
    ...durable_objects.bindings
      .filter(({ class_name, script_name }) => !script_name && !classes.has(class_name))
      .map(
        ({ name, class_name }) =>
          `${name} is bound to ${class_name}, which no migration makes: Cloudflare refuses the upload`,
      ),
    ...tags
      .filter((tag, place) => tags.indexOf(tag) !== place)
      .map((tag) => `two migrations have the tag ${tag}: Cloudflare runs only what comes behind the tag that it has`),
  ];
}

/** Messages that wake tasks, and that nobody takes: each task would wait for its alarm. */
function queueFaults({ queues: { producers, consumers } }: EnvironmentConfig): string[] {
  return (producers ?? [])
    .filter(({ binding, queue }) => binding === "TASK_QUEUE" && !consumers?.some((one) => one.queue === queue))
    .map(({ binding, queue }) => `${binding} sends to ${queue}, of which this Worker is no consumer`);
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
      .filter(({ namespace_id }) => !/^[1-9]\d*$/.test(namespace_id))
      .map(
        ({ name, namespace_id }) => `${name} has the namespace_id ${namespace_id}: Cloudflare takes a positive number`,
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
    ...[...(config.queues.producers ?? []), ...(config.queues.consumers ?? [])].map(
      ({ queue }) => ["the queue", queue] as const,
    ),
  ];
  const faults = others.flatMap((other) => [
    ...kept(mine)
      .filter(([, name]) => name !== undefined && kept(other).some(([, theirs]) => theirs === name))
      .map(([kind, name]) => `${kind} ${name} is also that of ${other.env}`),
    ...mine.durable_objects.bindings
      .filter(({ script_name }) => script_name !== undefined && script_name === other.name)
      .map(({ name, script_name }) => `${name} has the Durable Objects of ${script_name}, the Worker of ${other.env}`),
  ]);
  // A queue has two ends.
  return [...new Set(faults)];
}
