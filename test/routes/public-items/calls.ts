import type { Calls } from "../../calls.ts";
import { api, aUser } from "../../harness.ts";

async function aPublicItem(): Promise<string> {
  const { token } = await aUser();
  return (await api.post("/items", { token, json: { title: "t", is_public: true } })).body.id;
}

export const calls: Calls = {
  listPublicItems: async () => {
    // The first page is asked for anew after that.
    for (let i = 0; i < 2; i++) await aPublicItem();
    return { path: "/public/items" };
  },
  readPublicItem: async () => ({ path: `/public/items/${await aPublicItem()}` }),
};
