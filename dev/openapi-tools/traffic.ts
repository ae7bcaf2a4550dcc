import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { violationsIn } from "./prism.ts";

type Operation = { operationId: string; security?: object[]; responses: object };
export type Document = { paths: Record<string, Record<string, Operation>> };

export type RecordedCall = {
  /** The access token, or the key. */
  as?: string | undefined;
  path?: Record<string, string>;
  query?: Record<string, string> | string[][];
  json?: unknown;
  form?: Record<string, string>;
  text?: string;
  headers?: Record<string, string>;
};
/** The body depends on the operation. */
type Answer = { status: number; violations: string[]; body: ReturnType<typeof JSON.parse> };

export const password = "correct horse battery";
/** The id of nothing, which is in each path of which no other is given. */
export const unknownId = "019abc12-3456-7def-8abc-1234567890ab";

export type Traffic = ReturnType<typeof openTraffic>;

/** Calls operations of the document through the proxy at `origin`, and keeps what that finds wrong. */
export function openTraffic(document: Document, origin: string) {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase() })),
  );
  const violations = new Set<string>();
  const succeeded = new Set<string>();
  let calls = 0;

  async function send(operationId: string, sent: RecordedCall, { isWrong = false } = {}): Promise<Answer> {
    const operation = operations.find((one) => one.operationId === operationId);
    if (!operation) throw new Error(`The document has no ${operationId}.`);
    const { as, path = {}, query = {}, json, form, text, headers = {} } = sent;
    const place = operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => path[name] ?? unknownId);
    const answer = await fetch(new URL(`${place}?${new URLSearchParams(query)}`, origin), {
      method: operation.method,
      headers: {
        ...(as !== undefined && { Authorization: `Bearer ${as}` }),
        ...(json !== undefined && { "Content-Type": "application/json" }),
        ...headers,
      },
      body: json !== undefined ? JSON.stringify(json) : form ? new URLSearchParams(form) : (text ?? null),
    });
    calls += 1;
    const body = await answer.text();
    const isJson = /^application\/(problem\+)?json/.test(answer.headers.get("Content-Type") ?? "");
    return {
      status: answer.status,
      violations: violationsIn(answer, { isWrong }).map((one) => `${operationId} ${answer.status}: ${one}`),
      body: isJson ? JSON.parse(body) : body,
    };
  }

  /** Makes a call that succeeds. */
  async function good(operationId: string, sent: RecordedCall = {}): Promise<Answer["body"]> {
    const answer = await send(operationId, sent);
    assert.ok(answer.status < 400, `${operationId} is refused: ${JSON.stringify(answer.body)}`);
    for (const one of answer.violations) violations.add(one);
    succeeded.add(operationId);
    return answer.body;
  }

  return {
    operations,
    good,

    /** Makes a call that is refused by this code. */
    async refused(code: string, operationId: string, sent: RecordedCall = {}): Promise<void> {
      const { status, body, violations: found } = await send(operationId, sent, { isWrong: true });
      assert.equal(body.code, code, `${operationId} answers ${status}: ${JSON.stringify(body)}`);
      for (const one of found) violations.add(one);
    },

    /** Makes a call in which the proxy finds this, and nothing else. */
    async found(violation: string, operationId: string): Promise<void> {
      assert.deepEqual((await send(operationId, {})).violations, [`${operationId} ${violation}`]);
      succeeded.add(operationId);
    },

    /** Signs somebody up and in. */
    async aUser(username: string) {
      const email = `${username}@example.com`;
      const { id } = await good("createUser", { json: { email, username, password } });
      const { access_token: as, refresh_token } = await good("login", { json: { username, password } });
      return { id, email, as, refresh_token };
    },

    /** Faults that the proxy has found so far. */
    violations: () => [...violations],
    /** The operations of which no call has succeeded. */
    missed: () => operations.map(({ operationId }) => operationId).filter((name) => !succeeded.has(name)),
    calls: () => calls,
  };
}

/** The token in the newest mail to this address with this in its text, once it has come to the mailbox. */
export async function mailed(mailbox: string, address: string, sign = ""): Promise<string> {
  for (let tries = 0; tries < 300; tries++) {
    const mails: { to: string; text: string }[] = await (await fetch(`${mailbox}/messages`)).json();
    const mail = mails.find(({ to, text }) => to === address && text.includes(sign) && text.includes("token="));
    const token = /token=([\w-]+)/.exec(mail?.text ?? "")?.[1];
    if (token !== undefined) return token;
    await setTimeout(100);
  }
  throw new Error(`No mail with a token has come to ${address}.`);
}
