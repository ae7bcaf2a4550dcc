import { aUser, expect, say, signIn, test, world } from "./world.ts";

test("users: find, change, sign out, delete and restore", async ({ page, context, browser }) => {
  const theirs = await browser.newContext();
  const user = await aUser(theirs);
  await signIn(context, world.admin);
  await page.goto("/admin/users");
  await page.getByLabel("Search").fill(user.username);
  const row = page.getByRole("row", { name: user.username });
  await expect(row).toContainText("Not verified");
  const act = async (action: string) => {
    await row.getByRole("button", { name: `Actions for ${user.username}` }).click();
    await page.getByRole("menuitem", { name: action }).click();
  };
  await act("Make an admin");
  await expect(row.getByText("Admin", { exact: true })).toBeVisible();
  await act("Make a user");
  await expect(row.getByText("Admin", { exact: true })).toBeHidden();
  await act("Deactivate");
  await expect(row.getByText("Deactivated")).toBeVisible();
  await act("Activate");
  await expect(row.getByText("Deactivated")).toBeHidden();
  await act("Sign out everywhere");
  await say(page, "is signed out everywhere");
  await act("Delete");
  await expect(page.getByRole("heading", { name: "No such user" })).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(row).toBeVisible();
  const visitor = await theirs.newPage();
  await visitor.goto("/items");
  await expect(visitor.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await theirs.close();
});

test("events and tasks", async ({ page, context }) => {
  await signIn(context, world.admin);
  await page.goto("/admin/audit-events");
  await page.getByLabel("Kind").selectOption("Sign in: succeeded");
  await expect(page.getByRole("row", { name: "Sign in: succeeded" }).first()).toBeVisible();
  await expect(page).toHaveURL(/kind=sign_in.succeeded/);
  await page.getByRole("link", { name: "Tasks" }).click();
  await expect(page.getByRole("table")).toBeVisible();
  const task = (name: string) => page.getByRole("row", { name });
  await page.getByLabel("State").selectOption("dead");
  await expect(task("orders/send-receipt")).toContainText("api.example.com answered 503");
  await page.getByRole("button", { name: "Retry orders/send-receipt" }).click();
  await say(page, "orders/send-receipt runs again.");
  await expect(page.getByText("Nothing has failed for good.")).toBeVisible();
  await page.getByLabel("State").selectOption("waiting");
  await page.getByRole("button", { name: "Cancel orders/ship" }).click();
  await say(page, "orders/ship is cancelled.");
  await expect(task("orders/ship")).toBeHidden();
});

test("nobody else sees these pages", async ({ page, context }) => {
  await aUser(context);
  await page.goto("/admin/users");
  await expect(page.getByRole("heading", { name: "Your items" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Users" })).toBeHidden();
});
