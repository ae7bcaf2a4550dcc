/** Loaded into wrangler's processes: ends each when its parent has gone, so that even `kill -9` leaves nothing behind. */
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.kill(process.pid, "SIGTERM"), 500).unref();
