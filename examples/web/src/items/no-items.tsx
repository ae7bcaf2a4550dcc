import { Link } from "@tanstack/react-router";
import { Empty } from "../parts/empty.tsx";
import type { ItemSearch } from "./queries.ts";

export function NoItems({ search: { q } }: { search: ItemSearch }) {
  if (q === undefined) {
    return (
      <Empty title="No items yet">
        <p>Make the first one with “New item”, or several at once with “Add many”.</p>
      </Empty>
    );
  }
  return (
    <Empty title={`Nothing has “${q}”`}>
      <p>
        An item has to contain all of these words, whole. Try fewer, or <Link to="/items">show all items</Link>.
      </p>
    </Empty>
  );
}
