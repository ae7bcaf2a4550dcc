import type { paths } from "@plinth/client";
import { QueryClient } from "@tanstack/react-query";
import { api } from "./api.ts";

/** Calls are made without a connection too, and say that there is none: those that wait for one say nothing. */
const networkMode = "always";

export const cache = new QueryClient({ defaultOptions: { queries: { networkMode }, mutations: { networkMode } } });

let { turn } = api.session;

// Nobody sees what was read for somebody else.
api.session.subscribe(() => {
  if (api.session.turn !== turn) cache.clear();
  turn = api.session.turn;
});

/** Reads again what pages show of these paths. */
export async function changed(...read: (keyof paths)[]): Promise<void> {
  await Promise.all(read.map((path) => cache.invalidateQueries({ queryKey: ["get", path] })));
}
