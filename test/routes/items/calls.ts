import type { Calls } from "../../calls.ts";
import { api, aUser } from "../../harness.ts";

const json = { title: "t" };

/** An item, and its owner's token. */
async function anItem(): Promise<{ id: string; path: string; token: string }> {
  const { token } = await aUser();
  const { id } = (await api.post("/items", { token, json })).body;
  return { id, path: `/items/${id}`, token };
}

export const calls: Calls = {
  createItem: async () => ({ path: "/items", token: (await aUser()).token, json }),
  batchItems: async () => {
    const { id, token } = await anItem();
    const operations = [
      { op: "create", item: json },
      { op: "update", id, item: json },
    ];
    return { path: "/items/batch", token, json: { operations } };
  },
  listItems: async () => {
    const { token } = await anItem();
    for (let i = 0; i < 2; i++) await api.post("/items", { token, json });
    return { path: "/items?include=owner,total", token };
  },
  exportItems: async () => ({ path: "/items/export", token: (await anItem()).token }),
  readItem: async () => {
    const { path, token } = await anItem();
    return { path: `${path}?include=owner`, token };
  },
  updateItem: async () => {
    const { path, token } = await anItem();
    return { path, token, json: { title: "u" } };
  },
  deleteItem: async () => {
    const { path, token } = await anItem();
    return { path, token };
  },
  restoreItem: async () => {
    const { path, token } = await anItem();
    await api.delete(path, { token });
    return { path: `${path}/restore`, token };
  },
};
