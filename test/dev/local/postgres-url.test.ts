import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { projectFolder } from "../../../dev/config.ts";

const script = `
  const { pgUrl } = await import(${JSON.stringify(join(projectFolder, "dev/local/postgres.ts"))});
  console.log(process.env.PGSSLMODE ?? "-", pgUrl(process.argv[1]));`;

async function urlWith(PGSSLMODE: string, url: string): Promise<string> {
  const env = { PATH: process.env.PATH, PGSSLMODE };
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script, url], { env });
  return stdout.trim();
}

describe("PGSSLMODE", () => {
  it.each([
    ["postgresql://u:p@db.example.com/app", "postgresql://u:p@db.example.com/app?sslmode=verify-full"],
    ["postgresql://u:p@db.example.com/app?a=b", "postgresql://u:p@db.example.com/app?a=b&sslmode=verify-full"],
    ["postgresql://u:p@db.example.com/app?sslmode=disable", "postgresql://u:p@db.example.com/app?sslmode=disable"],
    ["postgresql://u:p@127.0.0.1:5432/app", "postgresql://u:p@127.0.0.1:5432/app"],
  ])("counts for a database elsewhere whose URL has no mode: %s", async (url, expected) => {
    expect(await urlWith("require", url)).toBe(`- ${expected}`);
  });
});
