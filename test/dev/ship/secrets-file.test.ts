import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { projectFolder } from "../../../dev/config.ts";

const program = `
  import { interruptible } from ${JSON.stringify(join(projectFolder, "dev/interruption.ts"))};
  import { withSecretsFile } from ${JSON.stringify(join(projectFolder, "dev/ship/secrets-file.ts"))};
  setInterval(() => {}, 1_000);
  await interruptible(({ stop }) =>
    withSecretsFile({ SECRET_KEY: "of a test" }, async (file) => {
      console.log(file);
      await new Promise((_, reject) => stop.addEventListener("abort", () => reject(stop.reason)));
    }),
  );
`;

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("leaves no secret on the disk where %s ends the command", async (signal, status) => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program]);
  const [written] = await once(child.stdout, "data");
  const file = String(written).trim();
  expect(existsSync(file)).toBe(true);
  // Nobody else on the machine can read it.
  for (const [path, mode] of [
    [file, 0o600],
    [dirname(file), 0o700],
  ] as const)
    expect(statSync(path).mode & 0o777).toBe(mode);
  child.kill(signal);
  const [code] = await once(child, "exit");
  expect(code).toBe(status);
  expect(existsSync(file)).toBe(false);
});
