/** A runtime of `npm run bench:tasks`: sweeps until it is killed. Prints the errors of its log that are not a database's. */
import { setTimeout as wait } from "node:timers/promises";
import { runTasks } from "../../src/task/run.ts";
import { benchDeps, countedTaskBindings } from "./counted-task.ts";

const [url = "", endpoint = ""] = process.argv.slice(2);
process.on("disconnect", () => process.exit());
for (;;) {
  await runTasks(countedTaskBindings(url, endpoint), benchDeps);
  await wait(20);
}
