import { CommandError } from "../config.ts";
import type { EnvironmentVariables } from "./wrangler.ts";

/** The variables of these that are not set. GitHub sets a secret that it does not have to nothing. */
export function missing(names: readonly string[], variables: EnvironmentVariables): string[] {
  return names.filter((name) => !variables[name]);
}

/** Throws {@link CommandError} with every variable of these that is not set, and where it comes from in GitHub Actions. */
export function refuseMissing(names: readonly string[], variables: EnvironmentVariables, environment: string): void {
  const lacking = missing(names, variables);
  if (lacking.length === 0) return;
  throw new CommandError(`${notSet(lacking)}${comingFrom(variables, environment)}`);
}

/** The sentence for variables that are not set. */
export function notSet(names: readonly string[]): string {
  return `Not set: ${names.join(", ")}.`;
}

/** The place of secrets, where this runs in GitHub Actions. */
export function comingFrom({ GITHUB_ACTIONS }: EnvironmentVariables, environment: string): string {
  if (!GITHUB_ACTIONS) return "";
  return ` They are secrets of the environment "${environment}" of this repository: Settings, Environments, ${environment}.`;
}
