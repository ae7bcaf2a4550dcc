import { type components, unwrap } from "@plinth/client";
import { useMutation } from "@tanstack/react-query";
import { api } from "../api.ts";
import { changed } from "../cache.ts";
import { Button } from "../parts/button.tsx";
import { sentenceOf } from "../parts/problem.tsx";
import { say } from "../parts/toasts.tsx";

type Task = components["schemas"]["TaskSummary"];

/** A task that has failed or was cancelled can run again, and one that waits need not run. */
export function TaskActions({ task: { id, name, state } }: { task: Task }) {
  const params = { path: { task_id: id } };
  const retry = useTaskChange("runs again", async () =>
    unwrap(await api.POST("/api/v1/tasks/{task_id}/retry", { params })),
  );
  const cancel = useTaskChange("is cancelled", async () =>
    unwrap(await api.POST("/api/v1/tasks/{task_id}/cancel", { params })),
  );
  if (state === "dead" || state === "cancelled") {
    return (
      <Button onPress={() => retry.mutate()} isPending={retry.isPending} aria-label={`Retry ${name}`}>
        Retry
      </Button>
    );
  }
  if (state !== "waiting") return null;
  return (
    <Button onPress={() => cancel.mutate()} isPending={cancel.isPending} aria-label={`Cancel ${name}`}>
      Cancel
    </Button>
  );
}

function useTaskChange(done: string, run: () => Promise<Task>) {
  return useMutation({
    mutationFn: run,
    onSuccess: ({ name }) => say(`${name} ${done}.`),
    onError: (error) => say(sentenceOf(error)),
    onSettled: () => changed("/api/v1/tasks"),
  });
}
