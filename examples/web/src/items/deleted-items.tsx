import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { createRoute, Link } from "@tanstack/react-router";
import { Button } from "../parts/button.tsx";
import { Empty } from "../parts/empty.tsx";
import { More } from "../parts/more.tsx";
import { Page } from "../parts/page.tsx";
import { Reading } from "../parts/reading.tsx";
import { Time } from "../parts/time.tsx";
import { membersOnly } from "../shell/routes.tsx";
import { deletedPages, type Item } from "./queries.ts";
import { restoreItem } from "./restore-item.ts";

export const deletedItems = createRoute({
  getParentRoute: () => membersOnly,
  path: "/deleted-items",
  component: DeletedItems,
});

function DeletedItems() {
  const list = useInfiniteQuery(deletedPages);
  const deleted = list.data?.pages.flatMap(({ items }) => items);
  return (
    <Page title="Deleted items" actions={<Link to="/items">Back to the items</Link>}>
      <Reading query={list} />
      {deleted?.length === 0 && (
        <Empty title="Nothing is deleted">
          <p>What you delete waits here until it is removed for good.</p>
        </Empty>
      )}
      <ul className="rows" aria-label="Deleted items">
        {deleted?.map((item) => (
          <Deleted key={item.id} item={item} />
        ))}
      </ul>
      <More {...list} />
    </Page>
  );
}

function Deleted({ item }: { item: Item }) {
  const { mutate, isPending } = useMutation({ mutationFn: () => restoreItem(item) });
  return (
    <li>
      <div>
        <strong>{item.title}</strong>
        <div className="faint">
          Deleted <Time at={item.updated_at} />
        </div>
      </div>
      <Button onPress={() => mutate()} isPending={isPending} aria-label={`Restore ${item.title}`}>
        Restore
      </Button>
    </li>
  );
}
