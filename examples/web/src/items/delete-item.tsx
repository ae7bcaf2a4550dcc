import { ifMatch, unwrap } from "@plinth/client";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../api.ts";
import { changed } from "../cache.ts";
import { Button } from "../parts/button.tsx";
import { sentenceOf } from "../parts/problem.tsx";
import { say } from "../parts/toasts.tsx";
import type { Item } from "./queries.ts";
import { restoreItem } from "./restore-item.ts";

/** Asks nothing, since it can be undone. */
export function DeleteItem({ item }: { item: Item }) {
  const navigate = useNavigate();
  const { mutate, isPending } = useMutation({
    mutationFn: async () => {
      const params = { path: { id: item.id }, header: ifMatch(item) };
      return unwrap(await api.DELETE("/api/v1/items/{id}", { params }));
    },
    onSuccess: async () => {
      say(`“${item.title}” is deleted.`, () => void restoreItem(item));
      await navigate({ to: "/items" });
      await changed("/api/v1/items", "/api/v1/public/items");
    },
    onError: (error) => say(sentenceOf(error)),
  });
  return (
    <Button look="danger" onPress={() => mutate()} isPending={isPending}>
      Delete
    </Button>
  );
}
