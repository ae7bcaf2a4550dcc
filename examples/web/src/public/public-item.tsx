import { query } from "@plinth/client/tanstack";
import { useQuery } from "@tanstack/react-query";
import { createRoute, Link } from "@tanstack/react-router";
import { api } from "../api.ts";
import { Page } from "../parts/page.tsx";
import { Failure, problemOf } from "../parts/problem.tsx";
import { Time } from "../parts/time.tsx";
import { root } from "../shell/routes.tsx";

export const publicItem = createRoute({
  getParentRoute: () => root,
  path: "/public-item",
  validateSearch: ({ id = "" }: Record<string, unknown>) => ({ id: String(id) }),
  component: PublicItem,
});

/** One public item, for a link that can be passed on. */
function PublicItem() {
  const { id } = publicItem.useSearch();
  const reading = useQuery(query(api, "/api/v1/public/items/{id}", { params: { path: { id } } }));
  const { data: item, error } = reading;
  if (item) {
    const { title, description, owner, updated_at } = item;
    return (
      <Page title={title} className="narrow">
        <p className="faint">
          {owner.full_name ?? owner.username}, <Time at={updated_at} />
        </p>
        {description && <p className="prose">{description}</p>}
        <p>
          <Link to="/public">All public items</Link>
        </p>
      </Page>
    );
  }
  if (!error) return <Page title="Opening…">{null}</Page>;
  const isGone = problemOf(error)?.status === 404 || problemOf(error)?.status === 422;
  return (
    <Page title={isGone ? "This item is not public" : "This item cannot be shown"} className="narrow">
      {isGone ? (
        <p>
          It may be private now, or deleted. <Link to="/public">See what is public</Link>.
        </p>
      ) : (
        <Failure error={error} again={reading} />
      )}
    </Page>
  );
}
