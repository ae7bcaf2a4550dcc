import { readFile } from "node:fs/promises";
import { aUser, elsewhere, expect, say, someItems, test } from "./world.ts";

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `Item ${String(from + i).padStart(3, "0")}`);

test("make, edit and find items", async ({ page, context }) => {
  await aUser(context);
  await page.goto("/items");
  await page.getByRole("button", { name: "New item" }).click();
  const dialog = page.getByRole("dialog", { name: "New item" });
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(dialog.locator(".react-aria-FieldError")).toBeVisible();
  await dialog.getByLabel("Title").fill("Difference engine");
  await dialog.getByLabel("Description").fill("Tabulates polynomials");
  await dialog.getByRole("button", { name: "Create" }).click();
  await say(page, "“Difference engine” created.");
  await page.getByRole("button", { name: "Add many" }).click();
  await page.getByLabel("Titles").fill("Analytical engine\n\nPunched card\n");
  await page.getByRole("button", { name: "Add them" }).click();
  await say(page, "2 items created.");
  await expect(page.getByRole("row")).toHaveCount(3);

  await page.getByRole("searchbox").fill("engine");
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(page).toHaveURL(/q=engine/);
  await page.getByLabel("Order").selectOption("By title");
  await expect(page.getByRole("row").first()).toContainText("Analytical engine");
  await page.reload();
  await expect(page.getByRole("row").first()).toContainText("Analytical engine");
  await page.getByRole("searchbox").fill("loom");
  await expect(page.getByRole("heading", { name: "Nothing has “loom”" })).toBeVisible();
  await page.getByRole("link", { name: "show all items" }).click();
  await expect(page.getByRole("searchbox")).toHaveValue("");

  await page.getByRole("row", { name: "Punched card" }).click();
  await expect(page.getByRole("heading", { name: "Punched card" })).toBeFocused();
  await page.getByLabel("Title").fill("Punched cards");
  await page.getByRole("button", { name: "Save" }).click();
  await say(page, "Saved.");
  await page.getByRole("link", { name: "Back to the items" }).click();
  await expect(page.getByRole("row", { name: "Punched cards" })).toBeVisible();
});

test("read on to the end of a long list, without a mouse", async ({ page, context }) => {
  const { token } = await aUser(context);
  await someItems(token, numbered(1, 75));
  await page.goto("/items?sort=title");
  await expect(page.getByRole("row")).toHaveCount(30);
  await page.getByRole("row").first().focus();
  // The list takes its new rows in a moment after they are shown, and until then End goes to the last of before.
  const toEnd = (name: RegExp) =>
    expect(async () => {
      await page.keyboard.press("End");
      await expect(page.locator("[role=row]:focus")).toHaveAccessibleName(name, { timeout: 1_000 });
    }).toPass();
  await toEnd(/Item 030/);
  await expect(page.getByRole("row")).toHaveCount(60);
  await toEnd(/Item 0(60|75)/);
  await expect(page.getByRole("row")).toHaveCount(75);
  await toEnd(/Item 075/);
  await expect(page.getByRole("button", { name: "Show more" })).toBeHidden();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Space");
  await expect(page.getByRole("region", { name: "Selected items" }).getByText("2 items")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Item 074" })).toBeFocused();
});

test("a conflict: both versions side by side, and a choice for each field", async ({ page, context }) => {
  const { token } = await aUser(context);
  const [item] = await someItems(token, ["Loom"], { description: "Weaves" });
  await page.goto(`/item?id=${item?.id}`);
  await page.getByLabel("Title").fill("Jacquard loom");
  await page.getByLabel("Description").fill("Weaves patterns");
  await elsewhere(token, "PATCH", `/items/${item?.id}`, { title: "Power loom", description: "Weaves faster" });
  await page.getByRole("button", { name: "Save" }).click();
  const dialog = page.getByRole("dialog", { name: "Somebody else has changed it" });
  await expect(dialog.getByRole("radio", { name: "Yours Jacquard loom" })).toBeChecked();
  await expect(dialog.getByRole("radiogroup")).toHaveCount(2);
  await dialog.getByText("Weaves faster").click();
  // And once more, while the choice is made.
  await elsewhere(token, "PATCH", `/items/${item?.id}`, { title: "Steam loom" });
  await dialog.getByRole("button", { name: "Save this choice" }).click();
  await expect(dialog.getByRole("radio", { name: "Theirs Steam loom" })).toBeVisible();
  await expect(dialog.getByRole("radiogroup")).toHaveCount(1);
  await dialog.getByRole("button", { name: "Save this choice" }).click();
  await say(page, "Saved.");
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel("Title")).toHaveValue("Jacquard loom");
  await expect(page.getByLabel("Description")).toHaveValue("Weaves faster");
});

test("change many at once, or none", async ({ page, context }) => {
  const { token } = await aUser(context);
  const items = await someItems(token, ["Gear", "Lever", "Spring"]);
  await page.goto("/items");
  await page.getByRole("row").first().focus();
  await page.keyboard.press("Control+A");
  const bar = page.getByRole("region", { name: "Selected items" });
  await expect(bar.getByText("3 items")).toBeVisible();
  const lever = items.find(({ title }) => title === "Lever");
  await elsewhere(token, "PATCH", `/items/${lever?.id}`, { description: "Long" });
  await bar.getByRole("button", { name: "Delete" }).click();
  await expect(bar.getByRole("alert")).toContainText("“Lever” was changed elsewhere meanwhile, so nothing was done.");
  await expect(page.getByText("Long")).toBeVisible();
  await bar.getByRole("button", { name: "Make public" }).click();
  await say(page, "3 items are public now.");
  await expect(bar).toBeHidden();
  await expect(page.getByRole("row").getByText("Public")).toHaveCount(3);
});

test("delete, undo, and restore from the deleted ones", async ({ page, context }) => {
  const { token } = await aUser(context);
  const [item] = await someItems(token, ["Sundial"]);
  await page.goto(`/item?id=${item?.id}`);
  await page.getByRole("button", { name: "Delete" }).click();
  await say(page, "“Sundial” is deleted.");
  await expect(page.getByRole("heading", { name: "No items yet" })).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("row", { name: "Sundial" })).toBeVisible();
  await page.getByRole("row", { name: "Sundial" }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("link", { name: "Deleted" }).click();
  await page.getByRole("button", { name: "Restore Sundial" }).click();
  await expect(page.getByRole("heading", { name: "Nothing is deleted" })).toBeVisible();
  await page.goto(`/item?id=${crypto.randomUUID()}`);
  await expect(page.getByRole("heading", { name: "This item is gone" })).toBeVisible();
});

test("export with progress", async ({ page, context }) => {
  const { token } = await aUser(context);
  for (const from of [1, 101, 201]) await someItems(token, numbered(from, from + 99), { description: 'Two\n"lines"' });
  await page.goto("/items");
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export all items" });
  for (const [format, lines] of [
    ["CSV, for spreadsheets", 601],
    ["NDJSON, for programs", 300],
  ] as const) {
    await dialog.getByLabel("Format").selectOption(format);
    const saved = page.waitForEvent("download");
    await dialog.getByRole("button", { name: "Save the file" }).click();
    const text = await readFile(await (await saved).path(), "utf8");
    expect(text.trim().split("\n").length).toBe(lines);
    await expect(dialog.getByText("300 of 300")).toBeVisible();
  }
  // A transfer that breaks off saves nothing, and can be tried again.
  await page.route("**/items/export", (route) => route.abort());
  await dialog.getByRole("button", { name: "Save the file" }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await page.unroute("**/items/export");
  const saved = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Try again" }).click();
  expect((await saved).suggestedFilename()).toBe("items.ndjson");
});

test("public items are there for anybody", async ({ page, context, browser }) => {
  const { token, username } = await aUser(context);
  const title = `Broadsheet ${username}`;
  const [item] = await someItems(token, [title], { is_public: true, description: "For everybody" });
  const visitors = await browser.newContext();
  const visitor = await visitors.newPage();
  await visitor.goto("/public");
  await visitor.getByRole("link", { name: title }).click();
  await expect(visitor.getByRole("heading", { name: title })).toBeVisible();
  await expect(visitor.getByText("For everybody")).toBeVisible();
  await visitors.close();
  await page.goto(`/item?id=${item?.id}`);
  await page.getByText("Public: anybody may read it").click();
  await page.getByRole("button", { name: "Save" }).click();
  await say(page, "Saved.");
  await expect(page.getByRole("link", { name: "Its public page" })).toBeHidden();
});

test("a list that comes late says that it loads, and one that does not come can be tried again", async ({
  page,
  context,
}) => {
  const { token } = await aUser(context);
  await someItems(token, ["Sundial"]);
  const failing = Promise.withResolvers<void>();
  await page.route("**/api/v1/items?*", async (route) => {
    await failing.promise;
    await route.abort();
  });
  await page.goto("/items");
  await expect(page.getByRole("status").filter({ hasText: "Loading…" })).toBeVisible();
  failing.resolve();
  await expect(page.getByRole("alert")).toHaveText(/^The server cannot be reached/);
  await page.unroute("**/api/v1/items?*");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("row", { name: "Sundial" })).toBeVisible();
  await expect(page.getByRole("alert")).toBeHidden();
});
