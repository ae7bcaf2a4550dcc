import { z } from "zod";
import { task } from "../../task/task.ts";

export const pressLeaf = task(
  { name: "field-notes/press-leaf", input: z.object({ id: z.uuid() }) },
  async ({ log, run }, { id }) => {
    log({ level: "info", message: "press leaf", id });
    await run();
  },
);
