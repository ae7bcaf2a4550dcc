import { unwrap } from "@plinth/client";
import { useState } from "react";
import { api } from "../api.ts";
import { changed } from "../cache.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Form, type Typed } from "../parts/form.tsx";
import { say } from "../parts/toasts.tsx";
import { ItemFields } from "./item-fields.tsx";

export function CreateItem() {
  const [isOpen, setOpen] = useState(false);
  const send = async (typed: Typed) => {
    const body = {
      title: typed("title"),
      description: typed("description") || null,
      is_public: typed("is_public") === "yes",
    };
    // The client sends a key along: if the answer is lost, it asks again without making a second item.
    const item = unwrap(await api.POST("/api/v1/items", { body }));
    setOpen(false);
    say(`“${item.title}” created.`);
    return changed("/api/v1/items", "/api/v1/public/items");
  };
  return (
    <>
      <Button look="primary" onPress={() => setOpen(true)}>
        New item
      </Button>
      <Dialog title="New item" isOpen={isOpen} onClose={() => setOpen(false)}>
        <Form label="Create" send={send} actions={<Button onPress={() => setOpen(false)}>Cancel</Button>}>
          <ItemFields />
        </Form>
      </Dialog>
    </>
  );
}
