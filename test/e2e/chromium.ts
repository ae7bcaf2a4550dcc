import { type Browser, chromium } from "playwright-core";
import { findBrowser } from "../setup/browser.ts";

/** Starts this machine's Chromium without a window, and without what it would do on the network by itself. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) {
    throw new Error("No Chromium or Chrome found: install one, or name it in CHROME_PATH");
  }
  return chromium.launch({
    executablePath,
    args: ["--disable-gpu", "--disable-quic", "--disable-component-update", "--disable-sync"],
  });
}
