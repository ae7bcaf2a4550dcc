/** Ships or makes a preview in a process of its own, which signals may end. Its arguments are the verb and JSON. */
import { setTimeout as delay } from "node:timers/promises";
import { interruptible } from "../../../dev/interruption.ts";
import { previewDown, previewUp } from "../../../dev/preview/preview.ts";
import { ship } from "../../../dev/ship/ship.ts";

export type Given = {
  project: string;
  variables: Record<string, string | undefined>;
  /** The rest is for ship alone. */
  admin?: string;
  url?: string;
  steps?: number[];
  isAsked?: boolean;
};

const [verb, json = "{}"] = process.argv.slice(2);
// A file of its own options, which the test has written.
const given = JSON.parse(json) as Given;
const { project, variables } = given;

await interruptible(async (progress) => {
  if (verb === "up") return void (await previewUp("a", { project, variables, log: console.log, progress }));
  if (verb === "down") return previewDown("a", { project, variables, log: console.log, progress });
  await ship({
    ...{ project, variables, progress, env: "production", mayBeLocal: true, isDryRun: false, accepted: [] },
    steps: given.steps ?? [],
    pause: 600,
    patience: 60,
    url: given.url,
    log: console.log,
    async confirm(question) {
      if (!given.isAsked) return true;
      console.log(question);
      await delay(600_000);
      return false;
    },
    check: async () => [],
    measure: async () => ({ bundle: { text: "", kilobytes: 100 }, start: 50 }),
    ...(given.admin !== undefined && { admin: given.admin }),
  });
});
