import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyProject } from "../setup/project-copy.ts";
import { Reader } from "./reader.ts";

/** A copy of the project in which pages are followed, and the folder around it, where they make other projects. */
export type Copy = { folder: string; project: string; reader: Reader; close(): Promise<void> };

export async function openCopy(): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), "plinth-docs-"));
  const project = join(folder, "api");
  await copyProject(project);
  await symlink(join(project, "node_modules"), join(folder, "node_modules"), "junction");
  const reader = new Reader(project, folder);
  return {
    ...{ folder, project, reader },
    async close() {
      await reader.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
