/** Keeps texts by name, each for a number of seconds at most. May lose any of them at any time. */
export type Texts = {
  get(name: string): Promise<string | undefined>;
  put(name: string, text: string, seconds: number): Promise<void>;
  delete(name: string): Promise<void>;
};

/** Keeps texts in the cache of this data centre, apart from what the edge serves. */
const textsOfDataCentre: Texts = {
  async get(name) {
    const kept = await (await open()).match(urlOf(name));
    return kept?.text();
  },
  async put(name, text, seconds) {
    const headers = { "Cache-Control": `max-age=${Math.ceil(seconds)}` };
    await (await open()).put(urlOf(name), new Response(text, { headers }));
  },
  async delete(name) {
    await (await open()).delete(urlOf(name));
  },
};

/** Keeps texts in memory, up to this many characters in all; the one that was kept first makes room. */
export function textsInMemory(maxLength: number): Texts {
  const kept = new Map<string, { text: string; until: number }>();
  let length = 0;
  const drop = (name: string) => {
    length -= kept.get(name)?.text.length ?? 0;
    kept.delete(name);
  };
  return {
    async get(name) {
      const { text, until = 0 } = kept.get(name) ?? {};
      if (until > Date.now()) return text;
      drop(name);
      return undefined;
    },
    async put(name, text, seconds) {
      drop(name);
      if (text.length > maxLength) return;
      kept.set(name, { text, until: Date.now() + seconds * 1_000 });
      length += text.length;
      for (const [oldest] of kept) {
        if (length <= maxLength) return;
        drop(oldest);
      }
    },
    delete: async (name) => drop(name),
  };
}

/**
 * The shortest time for which KV keeps anything, in seconds:
 * https://developers.cloudflare.com/kv/api/write-key-value-pairs/
 */
const leastSeconds = 60;

/** Keeps texts in a KV namespace, for all data centres. One of them may see a change a minute late. */
function textsIn(namespace: KVNamespace): Texts {
  return {
    get: async (name) => (await namespace.get(name)) ?? undefined,
    put: (name, text, seconds) =>
      namespace.put(name, text, { expirationTtl: Math.max(leastSeconds, Math.ceil(seconds)) }),
    delete: (name) => namespace.delete(name),
  };
}

/** A few megabytes of the 128 that an isolate has. */
const maxLength = 4_000_000;

/** The KV namespace where one is bound; else the Cache API, or memory in a runtime without one. */
export function textsFor({ CACHE }: { CACHE?: KVNamespace | undefined }): Texts {
  return CACHE ? textsIn(CACHE) : textsHere;
}

const textsHere: Texts = typeof caches === "undefined" ? textsInMemory(maxLength) : textsOfDataCentre;

function open(): Promise<Cache> {
  return caches.open("computed");
}

function urlOf(name: string): string {
  return `https://computed.invalid/${name}`;
}
