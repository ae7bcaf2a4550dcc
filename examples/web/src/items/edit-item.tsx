import { query } from "@plinth/client/tanstack";
import { useQuery } from "@tanstack/react-query";
import { createRoute, Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api.ts";
import { changed } from "../cache.ts";
import { Form, type Typed } from "../parts/form.tsx";
import { Page } from "../parts/page.tsx";
import { Failure, problemOf } from "../parts/problem.tsx";
import { Time } from "../parts/time.tsx";
import { say } from "../parts/toasts.tsx";
import { membersOnly } from "../shell/routes.tsx";
import { Conflict } from "./conflict.tsx";
import { DeleteItem } from "./delete-item.tsx";
import { ItemFields } from "./item-fields.tsx";
import type { Item } from "./queries.ts";
import { type Draft, saveItem } from "./save-item.ts";

export const editItem = createRoute({
  getParentRoute: () => membersOnly,
  path: "/item",
  validateSearch: ({ id = "" }: Record<string, unknown>) => ({ id: String(id) }),
  component: EditItem,
});

function EditItem() {
  const { id } = editItem.useSearch();
  // Read anew each time, so that nobody edits an old copy.
  const reading = useQuery({
    ...query(api, "/api/v1/items/{id}", { params: { path: { id } } }),
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const { data: item, error } = reading;
  if (item) return <Editor key={id} item={item} />;
  if (!error) return <Page title="Opening…">{null}</Page>;
  const isGone = problemOf(error)?.status === 404 || problemOf(error)?.status === 422;
  return (
    <Page title={isGone ? "This item is gone" : "This item cannot be shown"} className="narrow">
      {isGone ? (
        <p>
          It may have been deleted: look among the <Link to="/deleted-items">deleted items</Link>.
        </p>
      ) : (
        <Failure error={error} again={reading} />
      )}
    </Page>
  );
}

function Editor({ item }: { item: Item }) {
  /** The version that was shown: the change applies to it alone. */
  const [shown, setShown] = useState(item);
  const [conflict, setConflict] = useState<{ mine: Draft; theirs: Item }>();
  const save = async (mine: Draft, version: Item) => {
    const { saved, theirs } = await saveItem(version, mine);
    if (theirs) return setConflict({ mine, theirs });
    setConflict(undefined);
    setShown(saved);
    say("Saved.");
    return changed("/api/v1/items", "/api/v1/public/items");
  };
  const send = (typed: Typed) => {
    const description = typed("description") || null;
    return save({ title: typed("title"), description, is_public: typed("is_public") === "yes" }, shown);
  };
  const take = (theirs: Item) => {
    setConflict(undefined);
    setShown(theirs);
  };
  return (
    <Page title={shown.title} className="narrow" actions={<DeleteItem item={shown} />}>
      <p className="faint">
        Changed <Time at={shown.updated_at} />
        {shown.is_public && (
          <>
            {" · "}
            <Link to="/public-item" search={{ id: shown.id }}>
              Its public page
            </Link>
          </>
        )}
      </p>
      <Form key={shown.etag} label="Save" send={send} actions={<Link to="/items">Back to the items</Link>}>
        <ItemFields item={shown} />
      </Form>
      {conflict && (
        <Conflict {...conflict} onSave={(draft) => save(draft, conflict.theirs)} onTake={() => take(conflict.theirs)} />
      )}
    </Page>
  );
}
