import { Checkbox, GridList, GridListItem, type Selection } from "react-aria-components";
import { More } from "../parts/more.tsx";
import { Time } from "../parts/time.tsx";
import type { Item } from "./queries.ts";

type Props = {
  items: readonly Item[];
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  /** True while the list of another search is still shown. */
  isOld: boolean;
  more: Parameters<typeof More>[0];
};

/** Rows to open (Enter) and to select (Space): arrow keys move between them. */
export function ItemList({ items, selected, onSelect, isOld, more }: Props) {
  const select = (keys: Selection) =>
    onSelect(new Set(keys === "all" ? items.map(({ id }) => id) : [...keys].map(String)));
  return (
    <>
      <GridList
        className={isOld ? "grid old" : "grid"}
        aria-label="Items"
        items={items}
        selectionMode="multiple"
        selectedKeys={selected}
        onSelectionChange={select}
      >
        {(item) => <Row item={item} />}
      </GridList>
      <More {...more} />
    </>
  );
}

function Row({ item: { id, title, description, is_public, updated_at } }: { item: Item }) {
  return (
    <GridListItem id={id} textValue={title} href={`/item?id=${id}`} className="grid-row">
      <Checkbox slot="selection" className="check" aria-label={`Select ${title}`}>
        <span className="box" />
      </Checkbox>
      <div className="grid-text">
        <span className="title">{title}</span>
        {description && <span className="faint clip">{description}</span>}
      </div>
      {is_public && <span className="badge">Public</span>}
      <span className="faint when">
        <Time at={updated_at} />
      </span>
    </GridListItem>
  );
}
