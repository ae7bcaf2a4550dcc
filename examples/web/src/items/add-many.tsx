import { unwrap } from "@plinth/client";
import { useState } from "react";
import { api } from "../api.ts";
import { changed } from "../cache.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { TextInput } from "../parts/fields.tsx";
import { Form, type Typed } from "../parts/form.tsx";
import { say } from "../parts/toasts.tsx";

/** The API's bound for one batch. */
const most = 100;

/** Makes an item of each line: all of them or, after an error, none. */
export function AddMany() {
  const [isOpen, setOpen] = useState(false);
  const send = async (typed: Typed) => {
    const lines = typed("titles")
      .split("\n")
      .map((line) => line.trim());
    const titles = lines.filter((line) => line !== "");
    if (titles.length === 0) throw new Error("Write at least one title.");
    if (titles.length > most) throw new Error(`These are ${titles.length} titles. Up to ${most} can be added at once.`);
    const operations = titles.map((title) => ({ op: "create" as const, item: { title } }));
    unwrap(await api.POST("/api/v1/items/batch", { body: { operations } }));
    setOpen(false);
    say(titles.length === 1 ? "One item created." : `${titles.length} items created.`);
    return changed("/api/v1/items");
  };
  return (
    <>
      <Button look="quiet" onPress={() => setOpen(true)}>
        Add many
      </Button>
      <Dialog title="Add many items" isOpen={isOpen} onClose={() => setOpen(false)}>
        <Form label="Add them" send={send} actions={<Button onPress={() => setOpen(false)}>Cancel</Button>}>
          <TextInput name="titles" label="Titles" rows={8} isRequired help="One on each line, up to 100." />
        </Form>
      </Dialog>
    </>
  );
}
