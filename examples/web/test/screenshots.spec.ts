import { join } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import { call, elsewhere, expect, mailedLink, signIn, someItems, test } from "./world.ts";

const devices = {
  desktop: { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 },
  phone: { viewport: { width: 390, height: 780 }, deviceScaleFactor: 1.5, isMobile: true, hasTouch: true },
} as const;

const owner = { username: "lovelace", email: "lovelace@example.com", password: "correct horse battery" };
const items = [
  ["Analytical engine", "Weaves algebraic patterns, just as the Jacquard loom weaves flowers and leaves."],
  ["Note G", "How the engine computes the numbers of Bernoulli."],
  ["Punched cards", "One deck for the operations, one for the variables."],
  ["Difference engine", "Tabulates polynomials by differences alone."],
  ["Letters to Charles", null],
  ["Flyology", "Wings in proportion to the body."],
  ["Lecture at the institution", "Bring the drawings."],
  ["Chess problems", null],
] as const;

/** Pictures of the app, in test-results/; `npm run web:screenshots` alone takes those in screenshots/, which git keeps. */
test("pictures for the README", async ({ context, browser }, { config, outputDir }) => {
  const folder = config.updateSnapshots === "all" ? join(config.rootDir, "..", "screenshots") : outputDir;
  const { token, conflicting } = await prepare(context);
  for (const [device, options] of Object.entries(devices)) {
    const own = await browser.newContext({ ...options, reducedMotion: "reduce" });
    await signIn(own, owner);
    const page = await own.newPage();
    const take = async (name: string) => {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: join(folder, `${name}-${device}-${colorScheme}.png`) });
      }
    };
    await page.goto("/items");
    await expect(page.getByRole("row")).toHaveCount(items.length);
    await select(page, "Note G");
    await select(page, "Punched cards");
    await take("items");
    await page.goto("/account");
    await expect(page.getByRole("list", { name: "Devices" }).getByRole("listitem").first()).toBeVisible();
    await take("account");
    await conflict(page, token, conflicting);
    await take("conflict");
    await own.close();
  }
});

async function prepare(context: BrowserContext) {
  await call(context, "/users", { ...owner, full_name: "Ada Lovelace" });
  const link = await mailedLink(owner.email, "/verify-email");
  await call(context, "/auth/email/verify", { token: new URL(link).searchParams.get("token") });
  const token = await signIn(context, owner);
  for (const [title, description] of items.toReversed()) {
    await someItems(token, [title], { description, is_public: title === "Note G" });
  }
  const { items: found } = await elsewhere(token, "GET", "/items?q=letters");
  return { token, conflicting: String(found[0].id) };
}

async function select(page: Page, title: string): Promise<void> {
  await page.getByRole("row", { name: title }).focus();
  await page.keyboard.press("Space");
}

async function conflict(page: Page, token: string, id: string): Promise<void> {
  await elsewhere(token, "PATCH", `/items/${id}`, { title: "Letters to Charles", description: null });
  await page.goto(`/item?id=${id}`);
  await page.getByLabel("Title").fill("Letters to Charles Babbage");
  await page.getByLabel("Description").fill("Two a week, since June.");
  await elsewhere(token, "PATCH", `/items/${id}`, {
    title: "Letters",
    description: "To Charles, to Mary, to Augustus.",
  });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog", { name: "Somebody else has changed it" })).toBeVisible();
}
