import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Gives this file of tests temporary files of its own: another one runs beside it, and either may look at what is left.
const folder = await mkdtemp(join(tmpdir(), "file-"));
// Opens it to everybody, like /tmp: PostgreSQL may run as another user.
await chmod(folder, 0o1777);
process.env.TMPDIR = folder;
