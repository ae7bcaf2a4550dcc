import { useState } from "react";
import { Label, Radio, RadioGroup } from "react-aria-components";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Form } from "../parts/form.tsx";
import { Time } from "../parts/time.tsx";
import type { Item } from "./queries.ts";
import type { Draft } from "./save-item.ts";

type Side = "mine" | "theirs";
type Props = { mine: Draft; theirs: Item; onSave: (draft: Draft) => Promise<unknown>; onTake: () => void };

const labels = { title: "Title", description: "Description", is_public: "Who may read it" } as const;
const fields = Object.keys(labels) as (keyof Draft)[];

/** Both versions of an item side by side. What both agree on is not asked. */
export function Conflict({ mine, theirs, onSave, onTake }: Props) {
  const [sides, setSides] = useState<Partial<Record<keyof Draft, Side>>>({});
  const differing = fields.filter((field) => mine[field] !== theirs[field]);
  const from = (field: keyof Draft) => (sides[field] === "theirs" ? theirs : mine);
  const merged: Draft = {
    title: from("title").title,
    description: from("description").description,
    is_public: from("is_public").is_public,
  };
  return (
    <Dialog title="Somebody else has changed it" isOpen isWide onClose={onTake}>
      <p>
        It was saved elsewhere <Time at={theirs.updated_at} />, after you opened it. Nothing is lost: choose what to
        keep.
      </p>
      <Form
        label="Save this choice"
        send={() => onSave(merged)}
        actions={<Button onPress={onTake}>Discard my changes</Button>}
      >
        {differing.map((field) => (
          <RadioGroup
            key={field}
            className="sides"
            value={sides[field] ?? "mine"}
            onChange={(side) => setSides({ ...sides, [field]: side as Side })}
          >
            <Label>{labels[field]}</Label>
            <div className="side-by-side">
              <Version side="mine" name="Yours" text={textOf(mine, field)} />
              <Version side="theirs" name="Theirs" text={textOf(theirs, field)} />
            </div>
          </RadioGroup>
        ))}
        {differing.length === 0 && <p>Both versions are the same.</p>}
      </Form>
    </Dialog>
  );
}

function Version({ side, name, text }: { side: Side; name: string; text: string }) {
  return (
    <Radio value={side} className="side">
      <strong>{name}</strong>
      <span>{text}</span>
    </Radio>
  );
}

function textOf(version: Draft, field: keyof Draft): string {
  if (field === "is_public") return version.is_public ? "Anybody" : "Only you";
  return version[field] || "(empty)";
}
