/**
 * `npm run keys:rotate [-- --algorithm EdDSA | --secret] [--env staging]`: prints what to set, step by step, for a new
 * signing key or a new `SECRET_KEY` to take over. The commands that it prints are for production, or for `--env`.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { exportJWK, generateKeyPair, generateSecret } from "jose";
import { derivedSigningKey, type SecretKeyRing } from "../../src/security/keys.ts";
import { Algorithm, isFor, type SigningKey, SigningKeys, withThumbprint } from "../../src/security/signing-keys.ts";
import { SecretKeys } from "../../src/setting-values.ts";
import { CommandError, dataFolder, devVars, failWith } from "../config.ts";
import { environment } from "../local/target.ts";
import { readTextIfAny } from "../text.ts";

type Current = { algorithm: Algorithm; keys: SigningKey[]; lifetimeMinutes: number; isOfThisMachine: boolean };
type Step = { when: string; set: Record<string, string> };

type Texts = Record<string, string | undefined>;

/** The settings in force: the environment's if it has a key, else those of this machine, never a mixture. */
async function settingsInForce(): Promise<{ settings: Texts; isOfThisMachine: boolean }> {
  const isOfThisMachine = !process.env.SIGNING_KEYS && !process.env.SECRET_KEY;
  return { settings: { ...(isOfThisMachine && (await devVars())), ...process.env }, isOfThisMachine };
}

async function current(): Promise<Current> {
  const { settings, isOfThisMachine } = await settingsInForce();
  const algorithm = Algorithm.safeParse(settings.ALGORITHM || "HS256");
  if (!algorithm.success) throw new CommandError(`ALGORITHM must be one of ${Algorithm.options.join(", ")}.`);
  const lifetimeMinutes = Number(settings.ACCESS_TOKEN_EXPIRE_MINUTES || 15);
  const keys = await currentKeys(settings, algorithm.data);
  return { algorithm: algorithm.data, keys, lifetimeMinutes, isOfThisMachine };
}

/** The ring of `SECRET_KEY`, or that of this machine. */
async function currentSecrets({ SECRET_KEY }: Texts): Promise<SecretKeyRing | undefined> {
  const text = SECRET_KEY || (await readTextIfAny(join(dataFolder, "secret-key")));
  if (text === "") return undefined;
  const ring = SecretKeys.safeParse(text);
  if (ring.success) return ring.data;
  throw new CommandError(`SECRET_KEY ${ring.error.issues[0]?.message}.`);
}

async function currentKeys(settings: Texts, algorithm: Algorithm): Promise<SigningKey[]> {
  if (settings.SIGNING_KEYS) {
    const ring = SigningKeys.safeParse(settings.SIGNING_KEYS);
    if (!ring.success) throw new CommandError(`SIGNING_KEYS ${ring.error.issues[0]?.message}.`);
    if (ring.data.every((key) => isFor(key, algorithm))) return ring.data;
    throw new CommandError("SIGNING_KEYS must hold keys for ALGORITHM only.");
  }
  if (algorithm !== "HS256") {
    throw new CommandError("SIGNING_KEYS is missing: pass the ring that is in force, with its ALGORITHM.");
  }
  const secrets = await currentSecrets(settings);
  if (secrets) return Promise.all(secrets.map(derivedSigningKey));
  throw new CommandError("There is no key to rotate: pass SIGNING_KEYS, or SECRET_KEY where there is no ring yet.");
}

async function newKey(algorithm: Algorithm): Promise<SigningKey> {
  const options = { extractable: true };
  const key =
    algorithm === "HS256"
      ? await generateSecret(algorithm, options)
      : (await generateKeyPair(algorithm, options)).privateKey;
  return withThumbprint(await exportJWK(key));
}

/**
 * Publishes a key before it signs, and keeps it until its signatures have expired. A change of algorithm cannot be
 * eased in like that, as there is one at a time.
 */
function stepsTo(key: SigningKey, algorithm: Algorithm, { keys: [first, ...rest], ...now }: Current): Step[] {
  const ring = (...keys: (SigningKey | undefined)[]) => ({
    SIGNING_KEYS: JSON.stringify(keys.filter((one) => one !== undefined)),
  });
  if (algorithm !== now.algorithm) {
    const when =
      "Now, both settings in one go. Access tokens of the other algorithm are refused from then on: clients refresh them, and no session ends.";
    return [{ when, set: { ALGORITHM: algorithm, ...ring(key) } }];
  }
  return [
    { when: "Now. The new key verifies, and does not sign yet.", set: ring(first, key, ...rest) },
    {
      when: "After six minutes or more, when the first step is live everywhere and nobody keeps an older key set. The new key signs.",
      set: ring(key, first, ...rest),
    },
    {
      when: `${now.lifetimeMinutes + 1} minutes or more after the second step is live, when nothing that an older key signed is good any more. The older keys are gone.`,
      set: ring(key),
    },
  ];
}

/** A step with its command. The key of this machine has none: it would sign out everybody elsewhere. */
function describeStep({ when, set }: Step, position: number, env: string | undefined): string {
  const entries = Object.entries(set);
  if (env === undefined) {
    const lines = entries.map(([name, text]) => `   ${name} in .dev.vars:\n\n${text}\n`);
    return `${position + 1}. ${when}\n\n${lines.join("\n")}`;
  }
  const [[name, text] = ["", ""], ...others] = entries;
  const [command, value] =
    others.length > 0
      ? [`npx wrangler secret bulk --env ${env}`, JSON.stringify(set)]
      : [`npx wrangler secret put ${name} --env ${env}`, text];
  return `${position + 1}. ${when}\n\n   ${command}\n\n${value}\n`;
}

/**
 * Accepts a secret key before anything is made of it, and keeps the older until nothing is left that was made of it: links
 * and cursors in days, sessions that nobody uses in `SESSION_IDLE_DAYS`, familiar networks in 90, API keys when they end.
 */
function secretSteps([first, ...rest]: SecretKeyRing, idleDays: number): Step[] {
  const key = randomBytes(32).toString("base64url");
  const ring = (...keys: string[]) => ({ SECRET_KEY: keys.join(",") });
  return [
    { when: "Now. The new key is accepted, and nothing is made of it yet.", set: ring(first, key, ...rest) },
    { when: "After six minutes or more, when the first step is live everywhere.", set: ring(key, first, ...rest) },
    {
      when:
        `${Math.max(idleDays, 90) + 1} days or more after the second step is live, and when every API key that is older than it was ` +
        "rotated, expired or revoked: the older secret key ends those. If it leaked, now: see docs/operations.md.",
      set: ring(key),
    },
  ];
}

/** The steps to a new `SECRET_KEY`, and whose it is. */
async function rotateSecret(): Promise<{ steps: Step[]; isOfThisMachine: boolean }> {
  const isOfThisMachine = !process.env.SECRET_KEY;
  const settings: Texts = { ...(isOfThisMachine && (await devVars())), ...process.env };
  const secrets = await currentSecrets(settings);
  if (!secrets) throw new CommandError("There is no key to rotate: pass the SECRET_KEY that is in force.");
  return { steps: secretSteps(secrets, Number(settings.SESSION_IDLE_DAYS || 30)), isOfThisMachine };
}

/** The steps to a new signing key, of another algorithm if that is wanted. */
async function rotateSigning(wanted: Algorithm | undefined): Promise<{ steps: Step[]; isOfThisMachine: boolean }> {
  const now = await current();
  const algorithm = wanted ?? now.algorithm;
  const steps = stepsTo(await newKey(algorithm), algorithm, now);
  return { steps, isOfThisMachine: now.isOfThisMachine };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { algorithm: { type: "string" }, secret: { type: "boolean" }, env: { type: "string" } },
  });
  const env = environment(values.env);
  const wanted = Algorithm.optional().safeParse(values.algorithm);
  if (!wanted.success) throw new CommandError(`--algorithm must be one of ${Algorithm.options.join(", ")}.`);
  if (values.secret && wanted.data)
    throw new CommandError("--secret and --algorithm are two rotations: make one, then the other.");
  const { steps, isOfThisMachine } = values.secret ? await rotateSecret() : await rotateSigning(wanted.data);
  if (isOfThisMachine && env !== undefined)
    throw new CommandError(`--env ${env} needs a key of it: pass its SIGNING_KEYS, or its SECRET_KEY.`);
  const meant = isOfThisMachine ? undefined : (env ?? "production");
  const setting = values.secret ? "SECRET_KEY" : "SIGNING_KEYS";
  console.log(`A new key for ${setting}. These are secrets: they were printed here and kept nowhere.`);
  console.log(
    isOfThisMachine
      ? "It follows the key of this machine. For a deployed Worker, pass its SIGNING_KEYS, or its SECRET_KEY where it has no ring yet.\n"
      : `It follows the key that you passed, which must be that of ${meant}: --env names another. Each command asks for its value, or takes it from standard input.\n`,
  );
  console.log(steps.map((step, position) => describeStep(step, position, meant)).join("\n"));
  if (steps[0] && "ALGORITHM" in steps[0].set)
    console.log("Take ALGORITHM out of the vars of wrangler.toml first, if it is there.");
  console.log(`Keep the last value where you keep secrets: the next rotation asks for it as ${setting}.`);
}

if (import.meta.main) await main().catch(failWith);
