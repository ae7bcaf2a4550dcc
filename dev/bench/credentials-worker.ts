/** Verifies one credential many times, for dev/bench/guards.ts: `?kind=key&times=2000`. */
import { newApiKey, parseApiKey } from "../../src/security/api-keys.ts";
import { keysFor } from "../../src/security/keys.ts";
import { signAccessToken, verifyAccessToken } from "../../src/security/tokens.ts";
import { settingsFrom, tokenPolicy } from "../../src/settings.ts";

// biome-ignore lint/performance/noBarrelFile: the bindings of wrangler.toml name both
export { Alarm as TaskAlarm } from "../../src/platform/alarm.ts";
export { PasswordHasher } from "../../src/platform/password-hasher.ts";

type Verify = () => Promise<unknown>;
let verifying: Promise<Record<string, Verify>> | undefined;

async function made(bindings: Parameters<typeof settingsFrom>[0]): Promise<Record<string, Verify>> {
  const settings = settingsFrom(bindings);
  if (settings instanceof Error) throw settings;
  const [keys, policy] = [await keysFor(settings), tokenPolicy(settings)];
  const issuer = { environment: settings.ENVIRONMENT, keys: keys.apiKey };
  const [id, ownerId] = [crypto.randomUUID(), crypto.randomUUID()];
  const { text: key } = await newApiKey(issuer, { id, ownerId });
  const token = await signAccessToken(keys.token, { id: ownerId, sessionId: id }, policy, new Date());
  const wrong = `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`;
  return {
    token: () => verifyAccessToken(keys.token, token, policy, new Date()),
    key: () => parseApiKey(issuer, key),
    "key with a wrong checksum": () => parseApiKey(issuer, wrong),
  };
}

// biome-ignore lint/style/noDefaultExport: workerd takes the Worker from it.
export default {
  async fetch(request: Request, bindings: Parameters<typeof settingsFrom>[0]): Promise<Response> {
    const query = new URL(request.url).searchParams;
    verifying ??= made(bindings);
    const verify = (await verifying)[query.get("kind") ?? ""];
    for (let i = Number(query.get("times")); verify && i > 0; i--) await verify();
    return new Response("done");
  },
};
