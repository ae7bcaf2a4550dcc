import { describe, expect, it } from "vitest";
import { type SignatureScheme, signatureSchemes, verifyDelivery, webhookKey } from "../../src/security/webhooks.ts";

const slackBody =
  "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
  "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com" +
  "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d" +
  "10d2c447fce8b6703c";

type Vector = { scheme: SignatureScheme; secret: string; headers: Record<string, string>; body: string; at: number };
const standardWebhooks: Vector = {
  scheme: signatureSchemes["standard-webhooks"],
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  headers: {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  },
  body: '{"test": 2432232314}',
  at: 1_614_265_330,
};
const published: [source: string, Vector][] = [
  ["Standard Webhooks: libraries/javascript/src/webhook.test.ts of its repository", standardWebhooks],
  [
    "Standard Webhooks, with the secret as it is without its prefix",
    { ...standardWebhooks, secret: standardWebhooks.secret.slice(6) },
  ],
  [
    "GitHub: Validating webhook deliveries, Testing the webhook payload validation",
    {
      scheme: signatureSchemes.github,
      secret: "It's a Secret to Everybody",
      headers: {
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
      },
      body: "Hello, World!",
      at: 0,
    },
  ],
  [
    "Slack: Verifying requests from Slack",
    {
      scheme: signatureSchemes.slack,
      secret: "8f742231b10e8888abcd99yyyzzz85a5",
      headers: {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
      },
      body: slackBody,
      at: 1_531_420_618,
    },
  ],
];

async function verdictOn({ scheme, secret, headers, body, at }: Vector) {
  const key = await webhookKey(scheme, secret);
  if (!key) throw new Error("the secret is no key");
  const delivery = { headers: new Headers(headers), body: new Uint8Array(Buffer.from(body)).buffer };
  return verifyDelivery(scheme, [key], delivery, { now: new Date(at * 1_000), tolerance: 300 });
}

describe("a signature of a webhook", () => {
  it.each(published)("is that of the published example. %s", async (_source, vector) => {
    expect(await verdictOn(vector)).not.toHaveProperty("fault");
    expect(await verdictOn({ ...vector, body: `${vector.body} ` })).toStrictEqual({ fault: "wrong" });
    expect(await verdictOn({ ...vector, secret: `${vector.secret.slice(0, -1)}A` })).toStrictEqual({ fault: "wrong" });
  });

  it("is that of Stripe's libraries: HMAC of the time, a dot and the body, in hex", async () => {
    const vector: Vector = {
      scheme: signatureSchemes.stripe,
      secret: "whsec_test_secret",
      // `printf '1614265330.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test_secret`
      headers: {
        "Stripe-Signature": "t=1614265330,v1=e135cdbed3dda004bf8a2fb350f2541d299393c770e0b9e6e319dc595e9072aa",
      },
      body: '{"id":"evt_1"}',
      at: 1_614_265_330,
    };
    expect(await verdictOn(vector)).toStrictEqual({ id: "" });
  });

  it("gives the id of the event, where the scheme names it", async () => {
    expect(await verdictOn(standardWebhooks)).toStrictEqual({ id: "msg_p5jXN8AQM9LWM0D4loKWxJek" });
  });
});

describe("a secret", () => {
  it.each(["", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64, but long enough to be a key", `whsec_${"A".repeat(31)}`])(
    "in base64 is no key if it is short, or no base64: %j",
    async (secret) => {
      expect(await webhookKey(signatureSchemes["standard-webhooks"], secret)).toBeUndefined();
    },
  );
});
