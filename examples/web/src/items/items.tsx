import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { createRoute, Link } from "@tanstack/react-router";
import { useState } from "react";
import { Page } from "../parts/page.tsx";
import { Reading } from "../parts/reading.tsx";
import { membersOnly } from "../shell/routes.tsx";
import { AddMany } from "./add-many.tsx";
import { BatchBar } from "./batch-bar.tsx";
import { CreateItem } from "./create-item.tsx";
import { ExportItems } from "./export-items.tsx";
import { ItemList } from "./item-list.tsx";
import { NoItems } from "./no-items.tsx";
import { type ItemSearch, itemPages, itemSearch } from "./queries.ts";
import { SearchItems } from "./search-items.tsx";

export const items = createRoute({
  getParentRoute: () => membersOnly,
  path: "/items",
  validateSearch: itemSearch,
  component: Items,
});

/** The user's items: searched, sorted, selected, and read on as the end comes into view. */
function Items() {
  const search = items.useSearch();
  const navigate = items.useNavigate();
  const list = useInfiniteQuery({ ...itemPages(search), placeholderData: keepPreviousData });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const shown = list.data?.pages.flatMap((page) => page.items);
  const chosen = shown?.filter(({ id }) => selected.has(id)) ?? [];
  const show = (next: ItemSearch) => {
    setSelected(new Set());
    void navigate({ search: next, replace: true });
  };
  const actions = (
    <>
      <Link to="/deleted-items" className="button quiet">
        Deleted
      </Link>
      <ExportItems />
      <AddMany />
      <CreateItem />
    </>
  );
  return (
    <Page title="Your items" actions={actions}>
      <SearchItems search={search} onChange={show} />
      <Reading query={list} />
      {shown?.length === 0 && <NoItems search={search} />}
      {shown && shown.length > 0 && (
        <ItemList items={shown} selected={selected} onSelect={setSelected} isOld={list.isPlaceholderData} more={list} />
      )}
      <BatchBar chosen={chosen} onDone={() => setSelected(new Set())} />
    </Page>
  );
}
