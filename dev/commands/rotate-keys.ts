/** `npm run keys:rotate [-- --algorithm EdDSA]`: prints what to set, step by step, for a new signing key to take over. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { exportJWK, generateKeyPair, generateSecret } from "jose";
import { derivedSigningKey } from "../../src/security/keys.ts";
import { Algorithm, isFor, type SigningKey, SigningKeys, withThumbprint } from "../../src/security/signing-keys.ts";
import { dataFolder, devVars, failWith, Problem } from "../config.ts";
import { readTextIfAny } from "../text.ts";

type Current = { algorithm: Algorithm; keys: SigningKey[]; lifetimeMinutes: number; isOfThisMachine: boolean };
type Step = { when: string; set: Record<string, string> };

/** The settings in force: the environment's if it has a key, else those of this machine, never a mixture. */
async function currentSettings(): Promise<Current> {
  const isOfThisMachine = !process.env.SIGNING_KEYS && !process.env.SECRET_KEY;
  const settings: Record<string, string | undefined> = {
    ...(isOfThisMachine && (await devVars())),
    ...process.env,
  };
  const algorithm = Algorithm.safeParse(settings.ALGORITHM || "HS256");
  if (!algorithm.success) throw new Problem(`ALGORITHM must be one of ${Algorithm.options.join(", ")}.`);
  const lifetimeMinutes = Number(settings.ACCESS_TOKEN_EXPIRE_MINUTES || 15);
  const keys = await currentKeys(settings, algorithm.data);
  return { algorithm: algorithm.data, keys, lifetimeMinutes, isOfThisMachine };
}

async function currentKeys(settings: Record<string, string | undefined>, algorithm: Algorithm): Promise<SigningKey[]> {
  if (settings.SIGNING_KEYS) {
    const ring = SigningKeys.safeParse(settings.SIGNING_KEYS);
    if (!ring.success) throw new Problem(`SIGNING_KEYS ${ring.error.issues[0]?.message}.`);
    if (ring.data.every((key) => isFor(key, algorithm))) return ring.data;
    throw new Problem("SIGNING_KEYS must hold keys for ALGORITHM only.");
  }
  if (algorithm !== "HS256") {
    throw new Problem("SIGNING_KEYS is missing: pass the ring that is in force, with its ALGORITHM.");
  }
  const local = await readTextIfAny(join(dataFolder, "secret-key"));
  const secretKey = settings.SECRET_KEY || local;
  if (secretKey !== "") return [await derivedSigningKey(secretKey)];
  throw new Problem("There is no key to rotate: pass SIGNING_KEYS, or SECRET_KEY where there is no ring yet.");
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
function stepsTo(key: SigningKey, algorithm: Algorithm, { keys: [first, ...rest], ...current }: Current): Step[] {
  const ring = (...keys: (SigningKey | undefined)[]) => ({
    SIGNING_KEYS: JSON.stringify(keys.filter((one) => one !== undefined)),
  });
  if (algorithm !== current.algorithm) {
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
      when: `${current.lifetimeMinutes + 1} minutes or more after the second step is live, when nothing that an older key signed is good any more. The older keys are gone.`,
      set: ring(key),
    },
  ];
}

/** Warns of this machine's key, whose steps would sign out everybody in production. */
function describeStep({ when, set }: Step, position: number, isOfThisMachine: boolean): string {
  const entries = Object.entries(set);
  if (isOfThisMachine) {
    const lines = entries.map(([name, text]) => `   ${name} in .dev.vars:\n\n${text}\n`);
    return `${position + 1}. ${when}\n\n${lines.join("\n")}`;
  }
  const [command, value] =
    entries.length > 1
      ? ["npx wrangler secret bulk --env production", JSON.stringify(set)]
      : ["npx wrangler secret put SIGNING_KEYS --env production", String(set.SIGNING_KEYS)];
  return `${position + 1}. ${when}\n\n   ${command}\n\n${value}\n`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { algorithm: { type: "string" } } });
  const wanted = Algorithm.optional().safeParse(values.algorithm);
  if (!wanted.success) throw new Problem(`--algorithm must be one of ${Algorithm.options.join(", ")}.`);
  const current = await currentSettings();
  const algorithm = wanted.data ?? current.algorithm;
  const steps = stepsTo(await newKey(algorithm), algorithm, current);
  const { isOfThisMachine } = current;
  console.log(`A new key for ${algorithm}. These are secrets: they were printed here and kept nowhere.`);
  console.log(
    isOfThisMachine
      ? "It follows the key of this machine. For a deployed Worker, pass its SIGNING_KEYS, or its SECRET_KEY where it has no ring yet.\n"
      : "It follows the key that you passed. Each command asks for its value, or takes it from standard input; name the environment.\n",
  );
  console.log(steps.map((step, position) => describeStep(step, position, isOfThisMachine)).join("\n"));
  if (algorithm !== current.algorithm)
    console.log("Take ALGORITHM out of the vars of wrangler.toml first, if it is there.");
  console.log("Keep the last value where you keep secrets: the next rotation asks for it as SIGNING_KEYS.");
}

if (import.meta.main) await main().catch(failWith);
