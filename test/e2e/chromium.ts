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
    // The path of a socket has some hundred characters at most, and tests that other tests start have a deep folder.
    env: { ...process.env, TMPDIR: "/tmp" },
    args: ["--disable-gpu", "--disable-quic", "--disable-component-update", "--disable-sync"],
  });
}
