import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";

const use = join(import.meta.dirname, "../../../dev/local/kept/use.ts");

/** Milliseconds: some of these make a database first, and a busy machine takes its time for that. */
export const patience = 180_000;

const users: ChildProcess[] = [];

/** A process that uses the database of this data folder until its input ends. */
export function start(dataFolder: string, options: { isDev?: boolean } = {}) {
  const script = `
    const { useDatabase } = await import(${JSON.stringify(use)});
    const { url, release } = await useDatabase(${JSON.stringify(dataFolder)}, ${JSON.stringify(options)});
    console.log(url);
    process.stdin.resume().once("end", () => release().then(() => process.exit()));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["pipe", "pipe", "pipe"] });
  users.push(child);
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const ended = once(child, "close").then(([code]) => ({ code, errors }));
  const url = Promise.race([
    once(createInterface({ input: child.stdout }), "line").then(([line]) => String(line)),
    ended.then(() => Promise.reject(new Error(errors))),
  ]);
  url.catch(() => {});
  return { pid: child.pid ?? 0, url, ended, end: () => child.stdin.end(), kill: () => child.kill("SIGKILL") };
}

export async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Ends all that was started, even where a test has failed. */
export async function allEnded(): Promise<void> {
  for (const user of users) user.kill("SIGKILL");
}
