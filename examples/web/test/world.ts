import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";

export { expect };

const env = (name: string) => process.env[name] ?? "";
/** The address of `npm run dev`, and its first admin. */
export const world = {
  get url() {
    return env("WEB_URL");
  },
  get mailbox() {
    return env("WEB_MAILBOX");
  },
  get admin() {
    return { username: env("WEB_ADMIN"), password: env("WEB_ADMIN_PASSWORD") };
  },
};

export type User = { email: string; username: string; password: string };

const password = "correct horse battery";

/** Somebody who has no account yet. */
export function aStranger(): User {
  const username = `user-${crypto.randomUUID().slice(0, 8)}`;
  return { username, email: `${username}@example.com`, password };
}

export async function call(context: BrowserContext, path: string, data: object): Promise<Record<string, unknown>> {
  const answer = await context.request.post(`${world.url}/api/v1${path}`, { data, headers: { Origin: world.url } });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  const text = await answer.text();
  return text === "" ? {} : JSON.parse(text);
}

/** Signs this browser in, past the form. Answers a token for calls past the page. */
export async function signIn(context: BrowserContext, { username, password }: Pick<User, "username" | "password">) {
  const answer = await call(context, "/auth/login", { username, password, token_delivery: "cookie" });
  return String(answer.access_token);
}

/** Signs up somebody, and signs this browser in. */
export async function aUser(context: BrowserContext): Promise<User & { token: string }> {
  const user = aStranger();
  await call(context, "/users", user);
  return { ...user, token: await signIn(context, user) };
}

/** Calls the API as somebody on another device would. */
export async function elsewhere(token: string, method: string, path: string, body?: object) {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const answer = await fetch(`${world.url}/api/v1${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true);
  return answer.status === 204 ? {} : answer.json();
}

export async function someItems(token: string, titles: string[], fields: object = {}) {
  const operations = titles.map((title) => ({ op: "create", item: { title, ...fields } }));
  const { results } = await elsewhere(token, "POST", "/items/batch", { operations });
  return results.map(({ item }: { item: { id: string; title: string } }) => item) as { id: string; title: string }[];
}

/** The newest link to this page that was mailed to this address. */
export async function mailedLink(to: string, page: string): Promise<string> {
  const find = async () => {
    const mails: { to: string; text: string }[] = await (await fetch(`${world.mailbox}/messages`)).json();
    const links = mails.filter((mail) => mail.to === to).flatMap(({ text }) => text.match(/https?:\/\/\S+/g) ?? []);
    return links.find((link) => new URL(link).pathname === page);
  };
  await expect.poll(find, { message: `a mail to ${to}`, timeout: 60_000 }).toBeTruthy();
  return (await find()) ?? "";
}

export async function say(page: Page, text: string | RegExp): Promise<void> {
  await expect(page.getByRole("alertdialog").filter({ hasText: text })).toBeVisible();
}

/** Every page of a test, also those of its second devices, runs without an error. */
export const test = base.extend<{ faultless: undefined }>({
  baseURL: async ({ browserName: _ }, use) => use(world.url),
  faultless: [
    async ({ context, browser }, use) => {
      const faults: string[] = [];
      const watch = (watched: BrowserContext) => {
        watched.on("weberror", (error) => faults.push(String(error.error())));
        watched.on("console", (message) => {
          // Chromium itself reports each 4xx, and what a test cuts off: a page can expect both.
          const isAnswer = /status of 4\d\d|net::ERR_(FAILED|INTERNET_DISCONNECTED)|Failed to fetch/.test(
            message.text(),
          );
          if (message.type() === "error" && !isAnswer) faults.push(message.text());
        });
      };
      watch(context);
      const newContext = browser.newContext.bind(browser);
      browser.newContext = async (options) => {
        const made = await newContext({ baseURL: world.url, ...options });
        watch(made);
        return made;
      };
      await use(undefined);
      browser.newContext = newContext;
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],
});
