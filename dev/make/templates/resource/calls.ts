import type { Calls } from "../../calls.ts";
import { api, aUser } from "../../harness.ts";

const json = { title: "A title" };

/** Makes a field note, and answers its path and its owner's token. */
async function aFieldNote(): Promise<{ path: string; token: string }> {
  const { token, post } = await aUser();
  return { path: `/field-notes/${(await post("/field-notes", json)).body.id}`, token };
}

/** One successful call of each endpoint, for the tests of the house. */
export const calls: Calls = {
  createFieldNote: async () => ({ path: "/field-notes", token: (await aUser()).token, json }),
  listFieldNotes: async () => {
    const { token } = await aFieldNote();
    await api.post("/field-notes", { token, json });
    return { path: "/field-notes", token };
  },
  readFieldNote: aFieldNote,
  updateFieldNote: async () => ({ ...(await aFieldNote()), json: { title: "Another" } }),
  deleteFieldNote: aFieldNote,
  restoreFieldNote: async () => {
    const { path, token } = await aFieldNote();
    await api.as({ token }).delete(path);
    return { path: `${path}/restore`, token };
  },
};
