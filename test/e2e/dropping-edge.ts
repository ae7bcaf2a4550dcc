import { type Edge, startEdge } from "./edge.ts";

/** `lost`: the server has done what was asked, and the connection breaks before a byte of its answer; `cut`: in the middle. */
type Fate = "passed" | "lost" | "cut";

export type DroppingEdge = Edge & {
  /** Decides on the answers from here on. `attempt` counts from 1 how often the same request has come. */
  drop(fate: (request: { path: string; attempt: number }) => Fate): void;
  /** The number of requests that have come since `drop`. */
  requests(): number;
};

/** An edge before the server at `target` that loses answers. */
export async function startDroppingEdge(target: string): Promise<DroppingEdge> {
  const attempts = new Map<string, number>();
  let requests = 0;
  let fateOf: Parameters<DroppingEdge["drop"]>[0] = () => "passed";
  const edge = await startEdge(target, ({ request, response, bytes }) => {
    const { method, url = "/", headers } = request;
    const same = [method, url, headers["idempotency-key"]].join(" ");
    const attempt = (attempts.get(same) ?? 0) + 1;
    attempts.set(same, attempt);
    requests += 1;
    const fate = fateOf({ path: url.replace(/\?.*/, ""), attempt });
    if (fate === "passed") response.end(bytes);
    else if (fate === "lost") request.socket.destroy();
    // Neither a length nor a last chunk comes, by which an answer is known to be whole.
    else response.write(bytes.subarray(0, bytes.length / 2), () => request.socket.destroy());
  });
  return {
    ...edge,
    drop(fate) {
      attempts.clear();
      requests = 0;
      fateOf = fate;
    },
    requests: () => requests,
  };
}
