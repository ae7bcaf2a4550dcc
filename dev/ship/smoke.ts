import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";

/** A call that has no effect, and must not fail for a reason of the server. */
export type Probe = { method: string; path: string };

/** The version that is to answer, and where. */
export type SmokeTarget = {
  url: string;
  /** The Worker's name, for Cloudflare's override of the version; undefined where the URL is the version's own. */
  override?: string | undefined;
  /** The version's id; undefined takes any. */
  version: string | undefined;
  commit: string;
  /** Further calls, one of each part. */
  probes?: readonly Probe[];
};

export type SmokeOptions = {
  /** Seconds for which a version may take to be found everywhere. */
  patience?: number;
  /** Ends it. */
  stop?: AbortSignal | undefined;
  log: (line: string) => void;
};

const Told = z.object({ commit: z.string().nullable(), build: z.string().nullable() });

/** Calls a version as a client would. Answers what was wrong; undefined if all was well. */
export async function smoke(
  target: SmokeTarget,
  { patience = 60, stop, log }: SmokeOptions,
): Promise<string | undefined> {
  const until = performance.now() + patience * 1_000;
  for (;;) {
    stop?.throwIfAborted();
    const fault = await faultOf(target);
    if (fault === undefined) {
      log(`Smoke test of ${target.url}: alive, of commit ${target.commit}, and ready.`);
      return undefined;
    }
    if (performance.now() > until) return fault;
    await delay(Math.min(2_000, patience * 200), undefined, { signal: stop });
  }
}

async function faultOf({ url, override, version, commit, probes = [] }: SmokeTarget): Promise<string | undefined> {
  const headers = override && version ? { "Cloudflare-Workers-Version-Overrides": `${override}="${version}"` } : {};
  const call = (path: string, method = "GET") =>
    fetch(new URL(path, url), { method, headers, redirect: "manual", signal: AbortSignal.timeout(15_000) });
  try {
    const told = await call("/version");
    if (told.status !== 200) return `/version answered ${told.status}`;
    const { commit: theirs, build } = Told.parse(await told.json());
    if (version !== undefined && build !== version)
      return `/version is answered by the version ${build ?? "of no name"}`;
    if (theirs !== commit) return `/version tells the commit ${theirs ?? "of no name"}, not ${commit}`;
    for (const path of ["/health", "/health/ready"]) {
      const { status } = await call(path);
      if (status !== 200) return `${path} answered ${status}`;
    }
    for (const { method, path } of probes) {
      const { status } = await call(path, method);
      if (status >= 500) return `${method} ${path} answered ${status}`;
    }
    return undefined;
  } catch (error) {
    return `${url} gave no proper answer: ${error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : error}`;
  }
}
