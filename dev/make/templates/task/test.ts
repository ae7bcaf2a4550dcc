import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { pressLeaf } from "../../../src/tasks/field-notes/press-leaf.ts";
import { api, enqueue } from "../../harness.ts";

describe("the task field-notes/press-leaf", () => {
  it("is done", async () => {
    const [id] = await enqueue(pressLeaf.later({ id: uuidv7() }));
    expect(await api.tasks()).toContainEqual({ id, name: "field-notes/press-leaf", state: "done", error: null });
  });
});
