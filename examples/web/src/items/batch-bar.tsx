import { unwrap } from "@plinth/client";
import { useMutation } from "@tanstack/react-query";
import { api } from "../api.ts";
import { changed } from "../cache.ts";
import { Button } from "../parts/button.tsx";
import { problemOf, sentenceOf } from "../parts/problem.tsx";
import { say } from "../parts/toasts.tsx";
import type { Item } from "./queries.ts";

const most = 100;
const changes = {
  publish: { label: "Make public", done: "public now" },
  hide: { label: "Make private", done: "private now" },
  delete: { label: "Delete", done: "deleted" },
} as const;
type Change = keyof typeof changes;

/** One change of all that is selected, in one transaction, if none of it has changed since it was shown. */
export function BatchBar({ chosen, onDone }: { chosen: readonly Item[]; onDone: () => void }) {
  const { mutate, error, isPending } = useMutation({
    mutationFn: async (change: Change) => {
      const operations = chosen.map(({ id, etag }) =>
        change === "delete"
          ? { op: "delete" as const, id, if_match: etag }
          : { op: "update" as const, id, if_match: etag, item: { is_public: change === "publish" } },
      );
      return unwrap(await api.POST("/api/v1/items/batch", { body: { operations } }));
    },
    onSuccess: (_result, change) => {
      say(`${countOf(chosen)} ${chosen.length === 1 ? "is" : "are"} ${changes[change].done}.`);
      onDone();
    },
    onSettled: () => changed("/api/v1/items", "/api/v1/public/items"),
  });
  if (chosen.length === 0) return null;
  return (
    <section className="batch" aria-label="Selected items">
      <p aria-live="polite">{chosen.length > most ? `A batch has up to ${most} items.` : countOf(chosen)}</p>
      <div className="row">
        {(Object.keys(changes) as Change[]).map((change) => (
          <Button
            key={change}
            look={change === "delete" ? "danger" : "plain"}
            isDisabled={isPending || chosen.length > most}
            onPress={() => mutate(change)}
          >
            {changes[change].label}
          </Button>
        ))}
        <Button look="quiet" onPress={onDone}>
          Clear
        </Button>
      </div>
      {error && (
        <p className="note bad" role="alert">
          {reasonOf(error, chosen)}
        </p>
      )}
    </section>
  );
}

const countOf = ({ length }: readonly unknown[]) => (length === 1 ? "1 item" : `${length} items`);

/** Names the item that stood in the way: `loc` has its place among the operations. */
function reasonOf(error: unknown, chosen: readonly Item[]): string {
  const problem = problemOf(error);
  const place = problem?.errors?.[0]?.loc.find((part) => typeof part === "number");
  const title = place === undefined ? undefined : chosen[Number(place)]?.title;
  if (title === undefined) return sentenceOf(error);
  if (problem?.code === "precondition_failed") {
    return `“${title}” was changed elsewhere meanwhile, so nothing was done. The list shows it as it is now: try again.`;
  }
  return `“${title}” stood in the way, so nothing was done: ${sentenceOf(error)}`;
}
