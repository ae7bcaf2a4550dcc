import { defineConfig } from "@playwright/test";
import { findBrowser } from "../../test/setup/browser.ts";

const executablePath = findBrowser();
if (executablePath === undefined)
  throw new Error("No Chromium or Chrome found: install one, or name it in CHROME_PATH.");

export default defineConfig({
  testDir: "test",
  globalSetup: "./test/server.ts",
  outputDir: "test-results",
  forbidOnly: true,
  workers: 2,
  fullyParallel: true,
  // Longer than anything takes on a busy machine.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: "list",
  use: {
    launchOptions: { executablePath, args: ["--disable-gpu", "--disable-component-update", "--disable-sync"] },
    screenshot: "only-on-failure",
    actionTimeout: 30_000,
  },
});
