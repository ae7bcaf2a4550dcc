import type { PasswordHasher } from "../platform/password-hasher.ts";
import {
  anyProvider,
  type Bindings,
  isRelaxed,
  type Settings,
  SettingsError,
  settingsFrom,
  transportSettings,
} from "../settings.ts";
import { type RateClass, rateClasses } from "./policy.ts";

type Limiters = { [Class in RateClass as `RATE_LIMIT_${Uppercase<Class>}`]: RateLimit };
type Hashers = Pick<DurableObjectNamespace<PasswordHasher>, "getByName">;

/** The bindings that defend a Worker: wrangler.toml has each, in each environment. */
export type Defences = Limiters & { PASSWORD_HASHER: Hashers };

/** The settings that switch defences off. */
type DefenceSwitch = "MAIL" | "RATE_LIMITS" | "HASHER";
type Defence<Binding> = { offBy: DefenceSwitch; is: (binding: unknown) => binding is Binding };

const limiters = Object.fromEntries(
  Object.keys(rateClasses).map((rate) => [
    `RATE_LIMIT_${rate.toUpperCase()}`,
    { offBy: "RATE_LIMITS", is: has<RateLimit>("limit") },
  ]),
);

/** The shape of each defence and the setting that disables it. Code reaches these bindings through this list alone. */
const defences: { [Name in keyof Defences]: Defence<Defences[Name]> } = {
  // Restores the names, which `fromEntries` loses.
  ...(limiters as { [Name in keyof Limiters]: Defence<RateLimit> }),
  PASSWORD_HASHER: { offBy: "HASHER", is: has<Hashers>("getByName") },
};

export const defenceNames = Object.keys(defences) as readonly (keyof Defences)[];

/** The binding that counts a class: `RATE_LIMIT_SIGN_IN` for `sign_in`. */
export function bindingName(rate: RateClass): keyof Limiters {
  // TypeScript does not know the literal type that `toUpperCase` makes.
  return `RATE_LIMIT_${rate.toUpperCase() as Uppercase<RateClass>}`;
}

/** A defence that is bound and not switched off. */
export function defenceOf<Name extends keyof Defences>(bindings: Bindings, name: Name): Defences[Name] | undefined {
  const { offBy, is }: Defence<Defences[Name]> = defences[name];
  const binding = bindings[name];
  return isOn(bindings, offBy) && is(binding) ? binding : undefined;
}

/** One entry for each isolate, as for settings. */
const cache = new WeakMap<Bindings, Settings | SettingsError>();

/** The settings, or the reasons why they cannot be used, missing defences of a deployed Worker included. */
export function configurationOf(bindings: Bindings): Settings | SettingsError {
  const known = cache.get(bindings);
  if (known) return known;
  const settings = settingsFrom(bindings);
  const wrong = settings instanceof SettingsError ? settings.problems : [];
  const problems = [...wrong, ...missingDefences(bindings)];
  const result = problems.length > 0 ? new SettingsError(problems) : settings;
  cache.set(bindings, result);
  return result;
}

/** The defences of a Worker, for the log at its start: each is on, off, or the transport of mail. */
export function defencesOf(settings: Settings): Record<"rate_limits" | "hasher" | "mail", string> {
  const { RATE_LIMITS, HASHER } = settings;
  return { rate_limits: RATE_LIMITS, hasher: HASHER, mail: transportSettings.find((name) => settings[name]) ?? "off" };
}

/** Reads the bindings instead of the settings, so that one error reports everything that is wrong. */
function missingDefences(bindings: Bindings): string[] {
  if (isRelaxed(bindings.ENVIRONMENT)) return [];
  const unbound = defenceNames.filter(
    (name) => isOn(bindings, defences[name].offBy) && !defences[name].is(bindings[name]),
  );
  const sendsMail = transportSettings.some((name) => bindings[name] !== undefined && bindings[name] !== "");
  return [
    ...unbound.map((name) => `${name} is missing: bind it, or set ${defences[name].offBy} to off`),
    ...(isOn(bindings, "MAIL") && !sendsMail ? [`MAIL needs ${anyProvider}, or must be off`] : []),
  ];
}

function isOn(bindings: Bindings, name: DefenceSwitch): boolean {
  return bindings[name] !== "off";
}

function has<Binding>(method: string): (binding: unknown) => binding is Binding {
  return (binding): binding is Binding => typeof binding === "object" && binding !== null && method in binding;
}
