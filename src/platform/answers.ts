import type { Texts } from "./texts.ts";

/** Keeps whole answers by URL, for as long as their `max-age` says. May lose any of them at any time. */
export type KeptAnswers = {
  match(url: string): Promise<Response | undefined>;
  put(url: string, answer: Response): Promise<unknown>;
  delete(url: string): Promise<unknown>;
};

/** The cache of this data centre. */
export const answersOfDataCentre: KeptAnswers = {
  match: (url) => caches.default.match(url),
  put: (url, answer) => caches.default.put(url, answer),
  delete: (url) => caches.default.delete(url),
};

/** Keeps answers as texts of a character for each byte, in a runtime without the Cache API. */
export function answersIn(texts: Texts): KeptAnswers {
  return {
    async match(url) {
      const kept = await texts.get(url);
      if (kept === undefined) return undefined;
      const end = kept.indexOf("\n");
      const headers: [string, string][] = JSON.parse(kept.slice(0, end));
      return new Response(Buffer.from(kept.slice(end + 1), "latin1"), { headers });
    },
    async put(url, answer) {
      const [, seconds = 0] = /\bmax-age=(\d+)/.exec(answer.headers.get("Cache-Control") ?? "") ?? [];
      const body = Buffer.from(await answer.arrayBuffer()).toString("latin1");
      await texts.put(url, `${JSON.stringify([...answer.headers])}\n${body}`, Number(seconds));
    },
    delete: (url) => texts.delete(url),
  };
}
