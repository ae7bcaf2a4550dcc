import type { Calls } from "../../calls.ts";
import { api } from "../../harness.ts";
import { anOrganization } from "../../members.ts";

const json = { title: "A title" };

/** Makes an organization, and answers the path of its field notes and its owner's token. */
async function someFieldNotes(): Promise<{ path: string; token: string }> {
  const { path, owner } = await anOrganization();
  return { path: `${path}/field-notes`, token: owner.token };
}

/** Makes a field note, and answers its path and the token of its organization's owner. */
async function aFieldNote(): Promise<{ path: string; token: string }> {
  const { path, token } = await someFieldNotes();
  return { path: `${path}/${(await api.post(path, { token, json })).body.id}`, token };
}

/** One successful call of each endpoint, for the tests of the house. */
export const calls: Calls = {
  createFieldNote: async () => ({ ...(await someFieldNotes()), json }),
  listFieldNotes: async () => {
    const { path, token } = await someFieldNotes();
    for (const _ of [1, 2]) await api.post(path, { token, json });
    return { path, token };
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
