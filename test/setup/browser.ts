import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"];

const applications = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

const programs = ["Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe"];

/** The path of a Chromium on this machine: `CHROME_PATH`, or the first one in the usual places. */
export function findBrowser(): string | undefined {
  const { CHROME_PATH, PATH = "", PROGRAMFILES, LOCALAPPDATA, "PROGRAMFILES(X86)": programFiles } = process.env;
  if (CHROME_PATH) return CHROME_PATH;
  const folders = PATH.split(delimiter).filter((folder) => folder !== "");
  const roots = [PROGRAMFILES, programFiles, LOCALAPPDATA].filter((root) => root !== undefined);
  return [
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...applications,
    ...roots.flatMap((root) => programs.map((program) => join(root, program))),
  ].find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
