import type { CheckLine } from "../line.ts";
import type { Bundle } from "../measure.ts";
import { type EnvironmentConfig, readEnvironment, readRoot } from "../wrangler-toml.ts";
import { bindingLines } from "./bindings.ts";
import { costLines } from "./costs.ts";
import { packageLines } from "./packages.ts";
import { parityLines } from "./parity.ts";
import { rootLines } from "./root.ts";
import { settingLines } from "./settings.ts";
import { sourceLines } from "./sources.ts";

/** Everything that the files say about one environment, without types and generated files. */
export async function environmentLines(
  { project, env }: { project: string; env: string },
  bundle: Pick<Bundle, "text">,
): Promise<CheckLine[]> {
  return [...configLines(project, env), ...(await sourceLines(project, bundle.text)), ...(await packageLines(project))];
}

/** Everything that wrangler.toml says about one environment. */
export function configLines(project: string, env: string): CheckLine[] {
  const root = readRoot(project);
  const mine = readEnvironment(project, env);
  const others: EnvironmentConfig[] = (root.definedEnvironments ?? [])
    .filter((name) => name !== env)
    .map((name) => readEnvironment(project, name));
  return [
    ...rootLines(root),
    ...parityLines(root, mine, others),
    ...settingLines(mine),
    ...bindingLines(mine, others),
    ...costLines(mine),
  ];
}
