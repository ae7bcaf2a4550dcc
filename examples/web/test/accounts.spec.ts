import { readFile } from "node:fs/promises";
import { aStranger, aUser, call, elsewhere, expect, mailedLink, say, signIn, someItems, test, world } from "./world.ts";

test("sign up, verify by the mailbox's link, sign out, sign in", async ({ page, context }) => {
  const { email, username, password } = aStranger();
  await page.goto("/");
  await expect(page).toHaveTitle("Keep what you make · Plinth");
  await page.getByRole("main").getByRole("link", { name: "Sign up" }).click();
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("New password", { exact: true }).fill("password1");
  await page.getByRole("button", { name: "Sign up" }).click();
  // The API's errors are beside their fields.
  await expect(page.getByText(/one of the most common passwords|too common/i)).toBeVisible();
  await page.getByLabel("New password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByRole("heading", { name: "No items yet" })).toBeVisible();
  await expect(page.getByText("We have mailed a link to")).toBeVisible();

  await mailedLink(email, "/verify-email");
  const mailbox = await context.newPage();
  await mailbox.goto(world.mailbox);
  await mailbox.getByRole("link", { name: email }).click();
  const opened = context.waitForEvent("page");
  await mailbox
    .locator("article")
    .getByRole("link", { name: `${world.url}/verify-email` })
    .click();
  const verified = await opened;
  await expect(verified.getByRole("heading", { name: "Your e-mail address is verified" })).toBeVisible();
  await verified.close();
  await mailbox.close();
  await page.reload();
  await expect(page.getByRole("link", { name: username })).toBeVisible();
  await expect(page.getByText("We have mailed a link to")).toBeHidden();

  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Keep what you make" })).toBeVisible();
  await page.goto("/account");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.getByLabel("Username or e-mail address").fill(username);
  await page.getByLabel("Password", { exact: true }).fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  // It goes where the visitor wanted to go.
  await expect(page.getByRole("heading", { name: "Your account", exact: true })).toBeVisible();
  const { cookies, origins } = await context.storageState({ indexedDB: true });
  expect(cookies.map(({ name, httpOnly }) => [name, httpOnly])).toEqual([["refresh_token", true]]);
  expect(origins).toEqual([]);
});

test("two devices: each is listed, one signs the other out", async ({ page, context, browser }) => {
  const user = await aUser(context);
  const other = await browser.newContext({ userAgent: "Mozilla/5.0 (iPhone) Safari/605" });
  await signIn(other, user);
  const phone = await other.newPage();
  await phone.goto("/items");
  await expect(phone.getByRole("heading", { name: "Your items" })).toBeVisible();
  await page.goto("/account");
  const devices = page.getByRole("list", { name: "Devices" });
  await expect(devices.getByRole("listitem")).toHaveCount(2);
  await expect(devices.getByText("This device")).toHaveCount(1);
  await devices.getByRole("button", { name: "Sign out Safari on iPhone" }).click();
  await expect(devices.getByRole("listitem")).toHaveCount(1);
  // Its next call finds out.
  await phone.getByRole("link", { name: user.username }).click();
  await expect(phone.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await other.close();
});

test("change the profile, the password and the e-mail address", async ({ page, context }) => {
  const user = await aUser(context);
  await page.goto("/account");
  await page.getByLabel("Full name").fill("Grace Hopper");
  await page.getByRole("button", { name: "Save" }).click();
  await say(page, "Your profile is saved.");
  // Somebody else saves meanwhile: nothing is overwritten.
  await elsewhere(user.token, "PATCH", "/users/me", { full_name: "Rear Admiral Hopper" });
  await page.getByLabel("Full name").fill("G. Hopper");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Your profile was changed elsewhere meanwhile.")).toBeVisible();
  await expect(page.getByLabel("Full name")).toHaveValue("Rear Admiral Hopper");

  const password = page.getByRole("region", { name: "Password" });
  await password.getByLabel("Current password", { exact: true }).fill("not this one");
  await password.getByLabel("New password", { exact: true }).fill("a new password");
  await password.getByRole("button", { name: "Change the password" }).click();
  await expect(password.locator(".react-aria-FieldError")).toBeVisible();
  await password.getByLabel("Current password", { exact: true }).fill(user.password);
  await password.getByRole("button", { name: "Change the password" }).click();
  await say(page, "Your password is changed.");
  await expect(page.getByRole("list", { name: "Activity" }).getByText("Password: changed")).toBeVisible();

  const email = page.getByRole("region", { name: "E-mail address" });
  const next = `next-${user.email}`;
  await email.getByLabel("New e-mail address").fill(next);
  await email.getByLabel("Your password", { exact: true }).fill("a new password");
  await email.getByRole("button", { name: "Change the address" }).click();
  await expect(email.getByText(`${user.email} stays in use`)).toBeVisible();
  await page.goto(await mailedLink(next, "/confirm-email"));
  await expect(page.getByRole("heading", { name: "Your new e-mail address is in use" })).toBeVisible();
  await page.getByRole("link", { name: "Go to your account" }).click();
  await expect(page.getByText(`It is ${next}.`)).toBeVisible();
});

test("recover with a forgotten password", async ({ page, context }) => {
  const { email, username } = await aUser(context);
  await context.clearCookies();
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Mail me a link" }).click();
  await expect(page.getByRole("heading", { name: "Check your inbox" })).toBeVisible();
  const link = await mailedLink(email, "/reset-password");
  await page.goto(link);
  await page.getByLabel("New password", { exact: true }).fill("another password");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Username or e-mail address").fill(username);
  await page.getByLabel("Password", { exact: true }).fill("another password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Your items" })).toBeVisible();

  await page.goto(link);
  await page.getByLabel("New password", { exact: true }).fill("one more password");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page.getByRole("link", { name: "Ask for another link" })).toBeVisible();
});

for (const isKept of [false, true]) {
  test(`a new password ${isKept ? "keeps API keys where somebody asks for it" : "ends API keys"}`, async ({
    page,
    context,
  }) => {
    const { email, token } = await aUser(context);
    await call(
      context,
      "/auth/email/verify",
      Object.fromEntries(new URL(await mailedLink(email, "/verify-email")).searchParams),
    );
    const { key } = await elsewhere(token, "POST", "/api-keys", { name: "Backups", permissions: ["items:read"] });
    await call(context, "/auth/password/forgot", { email });
    await page.goto(await mailedLink(email, "/reset-password"));
    await page.getByLabel("New password", { exact: true }).fill("another password");
    const keep = page.getByRole("switch", { name: "Keep my API keys working" });
    await expect(keep).not.toBeChecked();
    await expect(keep).toHaveAccessibleDescription(/only if nobody else has ever had your password/);
    if (isKept) {
      // Does as somebody without a mouse.
      await keep.focus();
      await page.keyboard.press("Space");
    }
    await page.getByRole("button", { name: "Set the password" }).click();
    await expect(page.getByText(/^Your API keys/)).toHaveText(
      isKept
        ? "Your API keys work on, if your e-mail address was verified before."
        : "Your API keys no longer work. A mail tells you how many there were, if any.",
    );
    const { status } = await fetch(`${world.url}/api/v1/items`, { headers: { Authorization: `Bearer ${key}` } });
    expect(status).toBe(isKept ? 200 : 401);
  });
}

test("export my data, delete my account, restore it", async ({ page, context }) => {
  const { email, username, password, token } = await aUser(context);
  await someItems(token, ["Analytical engine"]);
  await page.goto("/account");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export my data" }).click();
  const { profile, items } = JSON.parse(await readFile(await (await saved).path(), "utf8"));
  expect([profile.email, items[0].title]).toEqual([email, "Analytical engine"]);

  await page.getByRole("button", { name: "Delete my account" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete your account?" });
  await dialog.getByLabel("Your password", { exact: true }).fill(password);
  await dialog.getByRole("button", { name: "Delete my account" }).click();
  await expect(page.getByRole("heading", { name: "Your account is deleted" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();

  await page.goto("/sign-in");
  await page.getByLabel("Username or e-mail address").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Restore it" }).click();
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Restore my account" }).click();
  await say(page, "Your account is back.");
  await expect(page.getByRole("row", { name: "Analytical engine" })).toBeVisible();
});

test("accept an invitation to an organization", async ({ page, context, browser }) => {
  const owner = await browser.newContext();
  const { token, email } = await aUser(owner);
  await call(owner, "/auth/email/verify", {
    token: new URL(await mailedLink(email, "/verify-email")).searchParams.get("token"),
  });
  const guest = await aUser(context);
  await page.goto(await mailedLink(guest.email, "/verify-email"));
  await expect(page.getByRole("heading", { name: "Your e-mail address is verified" })).toBeVisible();
  const slug = `engines-${crypto.randomUUID().slice(0, 8)}`;
  const { id } = await elsewhere(token, "POST", "/organizations", { name: "Engines", slug });
  await elsewhere(token, "POST", `/organizations/${id}/invitations`, { email: guest.email, role: "member" });
  await page.goto(await mailedLink(guest.email, "/accept-invitation"));
  await page.getByRole("button", { name: "Accept" }).click();
  await expect(page.getByRole("heading", { name: "Welcome to Engines" })).toBeVisible();
  await owner.close();
});

test("what was read for one account is gone for the next, in every tab", async ({ page, context }) => {
  const first = await aUser(context);
  await someItems(first.token, ["A secret plan"]);
  await page.goto("/items");
  await expect(page.getByRole("row", { name: "A secret plan" })).toBeVisible();
  const tab = await context.newPage();
  await tab.goto("/items");
  await tab.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  const second = aStranger();
  await call(context, "/users", second);
  await tab.goto("/sign-in");
  await tab.getByLabel("Username or e-mail address").fill(second.username);
  await tab.getByLabel("Password", { exact: true }).fill(second.password);
  await tab.getByRole("button", { name: "Sign in" }).click();
  await expect(tab.getByRole("heading", { name: "No items yet" })).toBeVisible();
  await expect(page.getByRole("link", { name: second.username })).toBeVisible();
  await expect(page.getByText("A secret plan")).toBeHidden();
});

test("a sign-out reaches every tab before the server has answered, and a sign-in there comes after it", async ({
  page,
  context,
}) => {
  await aUser(context);
  const next = aStranger();
  await call(context, "/users", next);
  await page.goto("/items");
  const tab = await context.newPage();
  await tab.goto("/items");
  const answer = Promise.withResolvers<void>();
  const calls: string[] = [];
  context.on("request", (request) => calls.push(new URL(request.url()).pathname.replace("/api/v1/auth/", "")));
  await tab.route("**/auth/logout", async (route) => {
    // The answer is on its way, with the end of the cookie.
    const fetched = await route.fetch();
    await answer.promise;
    calls.push("signed out");
    await route.fulfill({ response: fetched });
  });
  await tab.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.getByLabel("Username or e-mail address").fill(next.username);
  await page.getByLabel("Password", { exact: true }).fill(next.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  answer.resolve();
  await expect(page.getByRole("heading", { name: "No items yet" })).toBeVisible();
  expect(calls.filter((name) => ["logout", "signed out", "login"].includes(name))).toEqual([
    "logout",
    "signed out",
    "login",
  ]);
  await page.reload();
  await expect(page.getByRole("link", { name: next.username })).toBeVisible();
  await expect(tab.getByRole("link", { name: next.username })).toBeVisible();
});

test("a sign-out that the server is not told of is one in every tab, until a page asks again", async ({
  page,
  context,
}) => {
  const { username } = await aUser(context);
  await page.goto("/items");
  const tab = await context.newPage();
  await tab.goto("/items");
  await tab.route("**/auth/logout", (route) => route.abort());
  await tab.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await say(tab, "You are signed out here, but the server was not told");
  const later = await context.newPage();
  await later.goto("/items");
  await expect(later.getByRole("link", { name: username })).toBeVisible();
  await tab.unroute("**/auth/logout");
  await later.getByRole("button", { name: "Sign out" }).click();
  await page.goto("/items");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("a page that comes back from the browser's cache shows nothing of who has signed out meanwhile", async ({
  page,
  context,
}) => {
  const { token } = await aUser(context);
  await someItems(token, ["A secret plan"]);
  await page.goto("/items");
  await expect(page.getByRole("row", { name: "A secret plan" })).toBeVisible();
  await context.clearCookies();
  // Tells the page what a browser tells one that it has kept: it decides by itself if it keeps one.
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText("A secret plan")).toBeHidden();
});

test("a server that cannot be reached signs nobody out", async ({ page, context }) => {
  const { username } = await aUser(context);
  await page.route("**/auth/resume", (route) => route.abort());
  await page.goto("/items");
  await expect(page.getByRole("heading", { name: "The page could not start" })).toBeVisible();
  await expect(page.getByText("The server cannot be reached.")).toBeVisible();
  await page.unroute("**/auth/resume");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "Your items" })).toBeVisible();
  await expect(page.getByRole("link", { name: username })).toBeVisible();
});

test("a mailed link that the server cannot take yet can be tried again", async ({ page, context }) => {
  const { email } = await aUser(context);
  const link = await mailedLink(email, "/verify-email");
  await page.route("**/auth/email/verify", (route) => route.abort());
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "We could not use this link yet" })).toBeVisible();
  await expect(page.getByText("The server cannot be reached.")).toBeVisible();
  await page.unroute("**/auth/email/verify");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "Your e-mail address is verified" })).toBeVisible();
});

test("a sign-out without a connection is one on this device, and says that the server was not told", async ({
  page,
  context,
}) => {
  await aUser(context);
  await page.goto("/items");
  await expect(page.getByRole("heading", { name: "No items yet" })).toBeVisible();
  await context.setOffline(true);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await say(page, "You are signed out here, but the server was not told: The server cannot be reached.");
});
