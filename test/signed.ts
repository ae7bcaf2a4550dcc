/** Signs the calls of `signed` endpoints as their senders do, so that no call of a test has to. */
import { createHmac, randomBytes } from "node:crypto";
import { afterAll } from "vitest";
import type { Endpoint } from "../src/endpoint/endpoint.ts";
import type { Signed } from "../src/middleware/signature.ts";
import { type HeaderPart, placeOf, schemeOf } from "../src/security/webhooks.ts";
import { WebhookSecrets } from "../src/setting-values.ts";
import { type Setting, type SigningSecret, settingsTable } from "../src/settings.ts";

/** A secret for each setting that these endpoints are signed by. */
export function secretsFor(endpoints: readonly Endpoint[]): Record<string, string> {
  const names = endpoints.flatMap(({ contract: { signed } }) => (signed ? [signed.secret] : []));
  return Object.fromEntries(names.map((name) => [name, aSecret()]));
}

/** A secret as most services show it. */
export function aSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

/** A setting for secrets, as a project adds one, until the tests of the file have ended. */
export function aSigningSecret(name: string): SigningSecret {
  const table: Record<string, Setting> = settingsTable;
  table[name] = { kind: "secret", meaning: "The secret of a test.", value: WebhookSecrets.optional() };
  afterAll(() => delete table[name]);
  // The type knows the settings of the table as it is written.
  return name as SigningSecret;
}

type Signing = { secret: string; body: string | Uint8Array; id?: string; time?: number | string };

/** The headers of a call that is signed by this secret, at this time in seconds. */
export function signatureFor({ by }: Pick<Signed, "by">, { secret, body, ...more }: Signing): Record<string, string> {
  const { signature, encoding, content, id, timestamp, key } = schemeOf(by);
  const { id: ownId = `msg_${randomBytes(9).toString("hex")}`, time = Math.floor(Date.now() / 1_000) } = more;
  const head = content.replace("{body}", "").replace("{id}", ownId).replace("{timestamp}", String(time));
  const bytes = key ? Buffer.from(secret.replace("whsec_", ""), "base64") : secret;
  const mac = createHmac("sha256", bytes).update(head).update(body).digest(encoding);
  const parts: [HeaderPart | undefined, string][] = [
    [id, ownId],
    [timestamp, String(time)],
    [signature, mac],
  ];
  const headers: Record<string, string> = {};
  for (const [part, value] of parts) {
    if (part === undefined) continue;
    const { header, prefix = "", separator = "" } = placeOf(part);
    const before = headers[header];
    headers[header] = `${before === undefined ? "" : before + separator}${prefix}${value}`;
  }
  return headers;
}

/** The headers that a call to this endpoint lacks: none if it has one of a signature already. */
export async function missingSignature(
  { contract: { signed } }: Endpoint,
  { headers, body, bindings }: { headers: Headers; body: BodyInit | null; bindings: Record<string, unknown> },
): Promise<Record<string, string>> {
  if (!signed) return {};
  const secret = bindings[signed.secret];
  // A stream can be read once, and a form gets its boundary when it is sent.
  if (typeof secret !== "string" || body instanceof ReadableStream || body instanceof FormData) return {};
  const [first = ""] = secret.split(",");
  const made = signatureFor(signed, { secret: first, body: new Uint8Array(await new Response(body).arrayBuffer()) });
  return Object.keys(made).some((name) => headers.has(name)) ? {} : made;
}
