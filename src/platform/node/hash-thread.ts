import { parentPort } from "node:worker_threads";
import { hashPassword, verifyPassword } from "../../security/passwords.ts";

export type HashWork =
  | { kind: "hash"; password: string; phc: string | undefined }
  | { kind: "verify"; password: string; phc: string };
/** `error` is the name of an error, since its message may repeat a password. */
export type HashAnswer = { result?: string | boolean; error?: string };

parentPort?.on("message", async (work: HashWork) => {
  parentPort?.postMessage(await answerTo(work));
});

async function answerTo(work: HashWork): Promise<HashAnswer> {
  try {
    if (work.kind === "hash") return { result: await hashPassword(work.password, work.phc) };
    return { result: await verifyPassword(work.password, work.phc) };
  } catch (error) {
    return { error: error instanceof Error ? error.name : typeof error };
  }
}
