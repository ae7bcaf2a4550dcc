import { useEffect, useRef, useState } from "react";
import { Input, Label, SearchField } from "react-aria-components";
import { Button } from "../parts/button.tsx";
import { Choice } from "../parts/fields.tsx";
import { type ItemSearch, itemSearch, sorts } from "./queries.ts";

type Props = { search: ItemSearch; onChange: (search: ItemSearch) => void };

/** Words that must all occur, and an order. Both are in the page's address. */
export function SearchItems({ search, onChange }: Props) {
  const { q = "", sort = "" } = search;
  const [typed, setTyped] = useState(q);
  // The last search that this field asked for: another one is the Back button's.
  const asked = useRef(q);
  useEffect(() => {
    if (q === asked.current) return;
    asked.current = q;
    setTyped(q);
  }, [q]);
  useEffect(() => {
    if (typed.trim() === asked.current) return;
    const pause = setTimeout(() => {
      asked.current = typed.trim();
      onChange(itemSearch({ ...search, q: typed.trim() }));
    }, 250);
    return () => clearTimeout(pause);
  });
  return (
    <search className="tools">
      <SearchField className="field search" value={typed} onChange={setTyped} maxLength={200}>
        <Label>Search</Label>
        <div className="with-button">
          <Input placeholder="Words in title or description" />
          <Button look="quiet">Clear</Button>
        </div>
      </SearchField>
      <Choice
        label="Order"
        value={sort}
        options={q ? [{ value: "", label: "Best match first" }, ...sorts.slice(1)] : sorts}
        onChange={(next) => onChange(itemSearch({ ...search, sort: next }))}
      />
    </search>
  );
}
