import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectFolder } from "../../../dev/config.ts";
import { readSecrets } from "../../../dev/ship/secrets-file.ts";

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

describe("a file of secrets", () => {
  async function read(text: string) {
    const folder = await mkdtemp(join(tmpdir(), "secrets-file-"));
    const file = join(folder, "production.env");
    await writeFile(file, text);
    const told = await readSecrets(file).catch(({ message }: Error) => message.replace(file, "FILE"));
    await rm(folder, { recursive: true });
    return told;
  }

  it.each([
    ["CRLF, a comment and an empty line", "# of production\r\n\r\nA=1 # one\r\nB=2", { A: "1", B: "2" }],
    ["a mark of UTF-8", "\uFEFFA=1\n", { A: "1" }],
    ["trailing spaces and exports", "export A = 1  \nB=x y\t\n", { A: "1", B: "x y" }],
    [
      "quotes",
      `A="#1 it's" # a comment\nB='["x"]'\nC="two\nlines"\nD=it's\n`,
      {
        ...{ A: "#1 it's", B: '["x"]', C: "two\nlines", D: "it's" },
      },
    ],
    ["empty values", 'A=\nB=""\nC=3', { C: "3" }],
    ["JSON with a mark of UTF-8", '\uFEFF{ "A": " 1#" }', { A: " 1#" }],
  ])("is read with %s", async (_, text, secrets) => {
    expect(await read(text)).toStrictEqual(secrets);
  });

  it.each([
    ["a value that a comment would shorten", "A=1\nB=hid#den", 2],
    ["a value that a comment would empty", "A=#hidden", 1],
    ["a quote that nothing ends", 'A="1"\n\nB="hidden\nC=3\n', 3],
    ["text behind a quote", String.raw`A="hid\"den"`, 1],
    ["no sign between name and value", "A='two\nlines'\nB: hidden\n", 3],
    ["a name that no secret can have", "A-B=hidden", 1],
    ["line ends of old Macs", "A=hidden\rB=2\r", 1],
    ["a comment before JSON", '// hidden\n{ "A": "1" }', 1],
  ])("is refused by its line for %s", async (_, text, line) => {
    expect(await read(text)).toMatch(new RegExp(`^--secrets-file: FILE, line ${line}: is no NAME=value\\.(?!.*hid)`));
  });

  it("is refused for a name that is there twice, and for JSON that is no object of texts", async () => {
    expect(await read("A=1\nB=2\nA=hidden")).toBe("--secrets-file: FILE, line 3: A is there twice.");
    for (const text of ['["A"]', '{ "A": 1 }', '{ "A": "hidden", }'])
      expect(await read(text)).toBe("--secrets-file: FILE is neither JSON of texts nor lines of NAME=value.");
  });
});
