import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { api, aUser, unique } from "../../harness.ts";
import { hostileStrings } from "../../house/hostile-strings.ts";

/** A title is not blank, and so has something around the text. */
const titled = (text: string) => `“${text}”`;

describe("stored text comes back verbatim", () => {
  it("as an item: made, changed, in a batch, replayed, read, listed, exported", async () => {
    const ada = await aUser();
    const made: [id: string, text: string][] = [];
    for (const [i, text] of hostileStrings.entries()) {
      const init = {
        token: ada.token,
        json: { title: titled(text), description: text },
        headers: { "Idempotency-Key": `key-${i}` },
      };
      const { body } = await api.post("/items", init);
      expect([body.title, body.description]).toStrictEqual([titled(text), text]);
      expect((await api.post("/items", init)).body).toStrictEqual(body);
      const changed = await ada.patch(`/items/${body.id}`, { title: titled(text), description: text });
      expect([changed.body.title, changed.body.description]).toStrictEqual([titled(text), text]);
      made.push([body.id, text]);
    }
    const operations = made.map(([id, text]) => ({
      op: "update",
      id,
      item: { title: titled(text), description: text },
    }));
    const { body: batch } = await ada.post("/items/batch", { operations });
    expect(batch.results.map(({ item }: { item: { title: string } }) => item.title)).toStrictEqual(
      hostileStrings.map(titled),
    );

    const wanted = made.map(([id, text]) => [id, titled(text), text]);
    const inOrder = (rows: Record<string, string>[]) =>
      rows
        .toSorted((a, b) => ((a.id ?? "") < (b.id ?? "") ? -1 : 1))
        .map(({ id, title, description }) => [id, title, description]);
    expect(inOrder((await ada.get("/items?limit=100")).body.items)).toStrictEqual(wanted);
    const ndjson = await ada.get("/items/export");
    expect(
      inOrder(
        ndjson.text
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line)),
      ),
    ).toStrictEqual(wanted);
    const csv = await ada.get("/items/export", { headers: { Accept: "text/csv" } });
    expect(inOrder(parse(csv.text, { columns: true }))).toStrictEqual(wanted);
    expect(inOrder((await ada.get("/users/me/export")).body.items)).toStrictEqual(wanted);
  });

  it("finds an item by each of its words, beside any other text", async () => {
    const ada = await aUser();
    const word = unique("word").replace("-", "");
    for (const text of hostileStrings) {
      const { body } = await ada.post("/items", { title: `${word} ${text}` });
      const q = new URLSearchParams({ q: `${word} ${text}` });
      const found = await ada.get(`/items?${q}`);
      expect(
        found.body.items.map(({ id }: { id: string }) => id),
        text,
      ).toContain(body.id);
    }
  });
});
