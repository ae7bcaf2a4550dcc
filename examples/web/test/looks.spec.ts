import AxeBuilder from "@axe-core/playwright";
import type { BrowserContext, Page } from "@playwright/test";
import { aUser, elsewhere, expect, signIn, someItems, test, type User, world } from "./world.ts";

/** The titles of the items that these pages show. */
const titles = [
  "Analytical engine",
  "Difference engine",
  "Jacquard loom",
  "Sundial",
  "Astrolabe",
  "Slide rule",
  "Abacus",
];

// Axe needs a second or two for each page.
test.slow();

type Owner = User & { token: string; item: string };

async function anOwner(context: BrowserContext): Promise<Owner> {
  const user = await aUser(context);
  const described = { description: "Weaves algebraic patterns just as the Jacquard loom weaves flowers and leaves." };
  await someItems(user.token, titles.slice(1));
  const [item] = await someItems(user.token, titles.slice(0, 1), { ...described, is_public: true });
  const [gone] = await someItems(user.token, ["Planimeter"]);
  await elsewhere(user.token, "DELETE", `/items/${gone?.id}`);
  return { ...user, item: item?.id ?? "" };
}

/** Looks at a page in both schemes: axe has to find nothing. */
async function look(page: Page, path: string, heading: string | RegExp): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { name: heading, level: 1 })).toBeVisible();
  await page.waitForLoadState("networkidle");
  await audit(page, path);
}

async function audit(page: Page, what: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // There are no frames of other origins, for which it would open a page of its own each time.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    // The page is the same in the dark, but for its colours.
    const { violations } = await (colorScheme === "dark" ? axe.withRules("color-contrast") : axe).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    expect.soft(found, `${what}, ${colorScheme}`).toEqual([]);
  }
}

test("axe finds nothing on the pages of visitors", async ({ page }) => {
  await look(page, "/", "Keep what you make");
  await look(page, "/sign-up", "Sign up");
  await look(page, "/sign-in", "Sign in");
  await look(page, "/forgot-password", "Forgot your password?");
  await look(page, "/reset-password?token=x", "Choose a new password");
  await look(page, "/restore-account", "Restore your account");
  await look(page, "/verify-email?token=x", "This link does not work");
  await look(page, "/confirm-email?token=x", "This link does not work");
  await look(page, "/accept-invitation?token=x", "You are invited to an organization");
  await look(page, "/public", "Public items");
  await page.goto("/sign-up");
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.locator(".react-aria-FieldError").first()).toBeVisible();
  await audit(page, "a form with errors");
});

test("axe finds nothing on the pages of users", async ({ page, context }) => {
  const { item, token } = await anOwner(context);
  await look(page, "/items", "Your items");
  await page.getByRole("row", { name: "Sundial" }).getByRole("checkbox").click({ force: true });
  await audit(page, "a selection");
  await page.getByRole("button", { name: "New item" }).click();
  await audit(page, "a dialogue");
  await look(page, "/items?q=nothing", "Your items");
  await look(page, "/deleted-items", "Deleted items");
  await look(page, "/public", "Public items");
  await look(page, `/public-item?id=${item}`, "Analytical engine");
  await look(page, "/account", "Your account");
  await look(page, `/item?id=${item}`, "Analytical engine");
  await page.getByLabel("Title").fill("Engine");
  await elsewhere(token, "PATCH", `/items/${item}`, { title: "The analytical engine" });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await audit(page, "a conflict");
});

test("axe finds nothing on the pages of admins", async ({ page, context }) => {
  await signIn(context, world.admin);
  await look(page, "/admin/users", "Users");
  await page
    .getByRole("button", { name: /^Actions for/ })
    .first()
    .click();
  await audit(page, "a menu");
  await look(page, "/admin/audit-events", "Events");
  await look(page, "/admin/tasks", "Tasks");
});

test("nothing on a page with a switch moves for those who want no motion", async ({ page }) => {
  await page.goto("/reset-password?token=x");
  const moves = () =>
    page.getByRole("heading", { name: "Choose a new password" }).evaluate(() => {
      const styles = [...document.querySelectorAll("*")].flatMap((element) =>
        ["", "::before", "::after"].map((part) => getComputedStyle(element, part)),
      );
      return styles.some(({ transitionDuration }) => transitionDuration !== "0s");
    });
  await page.emulateMedia({ reducedMotion: "no-preference" });
  expect(await moves()).toBe(true);
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await moves()).toBe(false);
});
