import { infinite } from "@plinth/client/tanstack";
import { useInfiniteQuery } from "@tanstack/react-query";
import { createRoute, Link } from "@tanstack/react-router";
import { api } from "../api.ts";
import { Empty } from "../parts/empty.tsx";
import { More } from "../parts/more.tsx";
import { Page } from "../parts/page.tsx";
import { Reading } from "../parts/reading.tsx";
import { Time } from "../parts/time.tsx";
import { root } from "../shell/routes.tsx";

export const publicItems = createRoute({ getParentRoute: () => root, path: "/public", component: PublicItems });

/** The items that users have made public: anybody may read them. */
function PublicItems() {
  const list = useInfiniteQuery(infinite(api, "/api/v1/public/items", { params: { query: { limit: 30 } } }));
  const items = list.data?.pages.flatMap((page) => page.items);
  return (
    <Page title="Public items">
      <Reading query={list} />
      {items?.length === 0 && (
        <Empty title="Nothing is public yet">
          <p>Open one of your items and switch on “Public”. It appears here within a minute.</p>
        </Empty>
      )}
      <ul className="cards" aria-label="Public items">
        {items?.map(({ id, title, description, owner, updated_at }) => (
          <li key={id}>
            <h2>
              <Link to="/public-item" search={{ id }}>
                {title}
              </Link>
            </h2>
            {description && <p className="clip-lines">{description}</p>}
            <p className="faint">
              {owner.full_name ?? owner.username}, <Time at={updated_at} />
            </p>
          </li>
        ))}
      </ul>
      <More {...list} />
    </Page>
  );
}
