import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { decodeProtectedHeader } from "jose";
import { afterAll, describe, expect, it } from "vitest";
import { projectFolder } from "../../../dev/config.ts";
import { keysFor } from "../../../src/security/keys.ts";
import { signAccessToken, verifyAccessToken } from "../../../src/security/tokens.ts";
import { SettingsError, settingsFrom } from "../../../src/settings.ts";

const folder = await mkdtemp(join(tmpdir(), "plinth-rotate-keys-"));
afterAll(() => rm(folder, { recursive: true }));

const SECRET_KEY = randomBytes(32).toString("base64url");
const policy = { issuer: "plinth", audience: "plinth-api", lifetimeSeconds: 900 };
const user = { id: crypto.randomUUID(), sessionId: crypto.randomUUID() };

async function rotate(settings: Record<string, string>, ...flags: string[]) {
  const { PATH = "" } = process.env;
  const env = { PATH, PLINTH_DATA: folder, ...settings };
  const script = join(projectFolder, "dev/commands/rotate-keys.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...flags], { env });
  const values = stdout.split("\n").filter((line) => /^[[{]/.test(line));
  return { stdout, values };
}
const refusal = (settings: Record<string, string>, ...flags: string[]) =>
  rotate(settings, ...flags).then(
    () => "accepted",
    (error: { stderr: string }) => error.stderr,
  );

async function keysOf(settings: Record<string, string>) {
  const all = settingsFrom({ ENVIRONMENT: "test", DATABASE_URL: "postgresql://u:p@h/d", SECRET_KEY, ...settings });
  if (all instanceof SettingsError) throw all;
  const { token } = await keysFor(all);
  return token;
}

describe("promise 23: npm run keys:rotate", () => {
  it.each(["HS256", "EdDSA", "ES256"])("%s: no step refuses what the step before signed", async (ALGORITHM) => {
    const first = ALGORITHM === "HS256" ? {} : (await rotate({ SECRET_KEY }, "--algorithm", ALGORITHM)).values[0];
    let settings = typeof first === "string" ? JSON.parse(first) : { ALGORITHM };
    for (const _round of [1, 2]) {
      const { values } = await rotate({ SECRET_KEY, ...settings });
      expect(values).toHaveLength(3);
      const states = [settings, ...values.map((SIGNING_KEYS) => ({ ALGORITHM, SIGNING_KEYS }))];
      const rings = await Promise.all(states.map(keysOf));
      for (const [i, ring] of rings.entries()) {
        const token = await signAccessToken(ring, user, policy, new Date());
        for (const other of [rings[i - 1], rings[i + 1]]) {
          if (other) expect(await verifyAccessToken(other, token, policy, new Date()), `step ${i}`).toBeDefined();
        }
      }
      expect(rings[3]?.verifying.size).toBe(1);
      expect(rings[3]?.signing.kid).not.toBe(rings[0]?.signing.kid);
      settings = states[3];
    }
  });

  it("tells the order, the commands and when the older key may go, and keeps nothing", async () => {
    const { stdout } = await rotate({ SECRET_KEY, ACCESS_TOKEN_EXPIRE_MINUTES: "30" });
    expect(stdout).toMatch(/1\. Now\..+2\. After six minutes.+3\. 31 minutes or more after the second step/s);
    expect(stdout.match(/npx wrangler secret put SIGNING_KEYS/g)).toHaveLength(3);
    expect(stdout).not.toContain(SECRET_KEY);
    expect(await readdir(folder)).toStrictEqual([]);
  });

  it("sets another algorithm and its key together", async () => {
    const { stdout, values } = await rotate({ SECRET_KEY }, "--algorithm", "ES256");
    expect(stdout).toContain("npx wrangler secret bulk");
    expect(values).toHaveLength(1);
    const ring = await keysOf(JSON.parse(values[0] ?? ""));
    const token = await signAccessToken(ring, user, policy, new Date());
    expect(decodeProtectedHeader(token).alg).toBe("ES256");
  });

  it("refuses keys that it cannot rotate, and does not print them", async () => {
    expect(await refusal({})).toMatch(/^There is no key to rotate/);
    expect(await refusal({ ALGORITHM: "ES256", SECRET_KEY })).toMatch(/^SIGNING_KEYS is missing/);
    expect(await refusal({ SECRET_KEY }, "--algorithm", "none")).toMatch(/^--algorithm must be one of/);
    expect(await refusal({ ALGORITHM: "none", SECRET_KEY })).toMatch(/^ALGORITHM must be one of/);
    const broken = await refusal({ SIGNING_KEYS: `["${SECRET_KEY}"]` });
    expect(broken).toMatch(/^SIGNING_KEYS must be a JSON array/);
    expect(broken).not.toContain(SECRET_KEY);
  });

  it("rotates SECRET_KEY in steps of which each accepts what the one before made", async () => {
    const { stdout, values: none } = await rotate({ SECRET_KEY }, "--secret");
    expect(none).toStrictEqual([]);
    expect(stdout).toMatch(/1\. Now\..+2\. After six minutes.+3\. 91 days or more after the second step/s);
    expect(stdout.match(/npx wrangler secret put SECRET_KEY/g)).toHaveLength(3);
    const rings = [...stdout.matchAll(/^[\w-]{43}(?:,[\w-]{43})*$/gm)].map(([ring]) => ring.split(","));
    const newer = rings[2]?.[0] ?? "";
    expect(rings).toStrictEqual([[SECRET_KEY, newer], [newer, SECRET_KEY], [newer]]);
    expect(newer).not.toBe(SECRET_KEY);
    const [token] = [await signAccessToken(await keysOf({}), user, policy, new Date())];
    for (const ring of rings.slice(0, 2)) {
      const keys = await keysOf({ SECRET_KEY: ring.join(",") });
      expect(await verifyAccessToken(keys, token, policy, new Date())).toBeDefined();
    }
    expect(await refusal({ SECRET_KEY: "short" }, "--secret")).toMatch(/^SECRET_KEY must hold/);
    expect(await refusal({ SECRET_KEY }, "--secret", "--algorithm", "EdDSA")).toMatch(/^--secret and --algorithm/);
  });

  it("names the environment whose key it is in each command, since production's would end by another's", async () => {
    for (const [flags, env] of [
      [[], "production"],
      [["--env", "staging"], "staging"],
    ] as const) {
      for (const given of [["--secret"], ["--algorithm", "EdDSA"], []]) {
        const { stdout } = await rotate({ SECRET_KEY }, ...given, ...flags);
        expect(stdout).toContain(`which must be that of ${env}:`);
        expect(new Set(stdout.match(/wrangler secret .*--env \w+/g)?.map((line) => line.split(" ").at(-1)))).toEqual(
          new Set([env]),
        );
      }
    }
    expect(await refusal({}, "--env", "staging")).toMatch(/^There is no key to rotate/);
    await writeFile(join(folder, "secret-key"), SECRET_KEY);
    expect(await refusal({}, "--env", "staging")).toMatch(/^--env staging needs a key of it/);
    await rm(join(folder, "secret-key"));
  });

  it("names no deployed Worker where the key is this machine's", async () => {
    await writeFile(join(folder, "secret-key"), SECRET_KEY);
    const { stdout, values } = await rotate({});
    expect(values).toHaveLength(3);
    expect(stdout).toContain("It follows the key of this machine. For a deployed Worker, pass its SIGNING_KEYS");
    expect(stdout).not.toContain("wrangler");
    await rm(join(folder, "secret-key"));
  });
});
