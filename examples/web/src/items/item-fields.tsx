import { TextInput, Toggle } from "../parts/fields.tsx";
import type { Item } from "./queries.ts";

/** The fields of an item, empty or as it is. */
export function ItemFields({ item }: { item?: Item }) {
  return (
    <>
      <TextInput name="title" label="Title" isRequired maxLength={200} defaultValue={item?.title ?? ""} />
      <TextInput
        name="description"
        label="Description"
        rows={5}
        maxLength={10_000}
        defaultValue={item?.description ?? ""}
      />
      <Toggle name="is_public" label="Public: anybody may read it" isOn={item?.is_public ?? false} />
    </>
  );
}
