import cluster from "node:cluster";

/**
 * Runs `work` in this many processes, which share the port, and starts another for one that dies. Ends where none could
 * begin to listen, as by wrong settings.
 */
export async function inProcesses(count: number, work: (stopped: Promise<unknown>) => Promise<number>): Promise<never> {
  const stopped = Promise.race(["SIGTERM", "SIGINT"].map((signal) => new Promise((go) => process.once(signal, go))));
  if (count === 1 || !cluster.isPrimary) process.exit(await work(stopped));
  let isOver = false;
  let code = 0;
  let hasListened = false;
  cluster.on("listening", () => {
    hasListened = true;
  });
  cluster.on("exit", (_worker, exitCode) => {
    if (exitCode !== 0) code = 1;
    if (!hasListened && !isOver) process.exit(1);
    // A pause, lest one that cannot start keeps the machine busy.
    if (!isOver) setTimeout(() => isOver || cluster.fork(), 1_000);
    else if (Object.keys(cluster.workers ?? {}).length === 0) process.exit(code);
  });
  for (let i = 0; i < count; i++) cluster.fork();
  await stopped;
  isOver = true;
  code = 0;
  const workers = Object.values(cluster.workers ?? {});
  if (workers.length === 0) process.exit(0);
  for (const worker of workers) worker?.process.kill("SIGTERM");
  return new Promise(() => {});
}
