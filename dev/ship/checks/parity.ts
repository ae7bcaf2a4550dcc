import { type CheckLine, checkLines } from "../line.ts";
import { type EnvironmentConfig, ownDomains, type WorkerConfig } from "../wrangler-toml.ts";

/** Finds settings that an environment does not inherit and fails to repeat. */
export function parityLines(root: WorkerConfig, mine: EnvironmentConfig, others: EnvironmentConfig[]): CheckLine[] {
  const here = `[env.${mine.env}]`;
  const faults = [
    ...missing(Object.keys(root.vars), Object.keys(mine.vars)).map((name) => `${here} lacks the variable ${name}`),
    ...missing(Object.keys(mine.vars), Object.keys(root.vars)).map((name) => `${name} is a variable of ${here} alone`),
    ...missing(root.secrets?.required ?? [], mine.secrets?.required ?? []).map(
      (name) => `${here} does not require the secret ${name}`,
    ),
    ...missing(bindingsOf(root), bindingsOf(mine)).map((name) => `${here} lacks the binding ${name}`),
    ...(mine.vars.ENVIRONMENT === mine.env ? [] : [`${here} has ENVIRONMENT = "${mine.vars.ENVIRONMENT}"`]),
    ...(mine.name ? [] : [`${here} has no name`]),
    ...others.filter(({ name }) => name === mine.name).map(({ env }) => `${mine.name} is also the Worker of ${env}`),
    // A custom domain would be taken from the Worker that has it.
    ...others.flatMap((other) =>
      ownDomains(other)
        .filter((domain) => ownDomains(mine).includes(domain))
        .map((domain) => `${domain} is also the route of ${other.env}`),
    ),
  ];
  return checkLines(`parity of ${mine.env}`, faults, "has the variables, secrets and bindings of npm run dev");
}

/** The names of bindings that every environment has. Its bucket and a way to send mail are a choice of each. */
function bindingsOf({ previews: _, assets: __, ...config }: WorkerConfig): string[] {
  return [
    ...config.durable_objects.bindings.map(({ name }) => name),
    ...config.ratelimits.map(({ name }) => name),
    ...named(config).filter((name) => name !== "BUCKET"),
  ];
}

/** The names that a part of the configuration gives as `binding`, as those of most kinds do. */
function named(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  const { binding } = part as { binding?: unknown };
  return typeof binding === "string" ? [binding] : Object.values(part).flatMap(named);
}

function missing(wanted: readonly string[], had: readonly string[]): string[] {
  return wanted.filter((name) => !had.includes(name));
}
