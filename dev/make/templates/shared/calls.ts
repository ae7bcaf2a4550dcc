import type { Calls } from "../../calls.ts";
import { api, aUser } from "../../harness.ts"; //: user direct
import { api } from "../../harness.ts"; //: organization
import { api } from "../../harness.ts"; //: user under
import { anOrganization } from "../../members.ts"; //: organization direct
import { calls as ofBinders } from "../binders/calls.ts"; //: under

/** Bodies that make a field note, and that change it. */
export const fieldNoteBodies = {
  //= bodies
};

/** The path of field notes, and the token of somebody who may make them there. */
async function someFieldNotes(): Promise<{ path: string; token: string }> {
  return { path: "/field-notes", token: (await aUser()).token }; //: user direct
  const { path, owner } = await anOrganization(); //: organization direct
  return { path: `${path}/field-notes`, token: owner.token }; //: organization direct
  const { path = "", token = "" } = (await ofBinders.readBinder?.()) ?? {}; //: under
  return { path: `${path.replace(/\?.*/, "")}/field-notes`, token }; //: under
}

/** Makes a field note, and answers its path and the token of its maker. */
async function aFieldNote(): Promise<{ path: string; token: string }> {
  const { path, token } = await someFieldNotes();
  const { status, body, text } = await api.post(path, { token, json: fieldNoteBodies.create });
  if (status !== 201) throw new Error(`No field note was made: ${text}`);
  return { path: `${path}/${body.id}`, token };
}

/** One successful call of each endpoint, for the tests of the house. */
export const calls: Calls = {
  createFieldNote: async () => ({ ...(await someFieldNotes()), json: fieldNoteBodies.create }),
  listFieldNotes: async () => {
    const { path, token } = await someFieldNotes();
    for (const _ of [1, 2]) await api.post(path, { token, json: fieldNoteBodies.create });
    return { path, token };
  },
  readFieldNote: aFieldNote,
  updateFieldNote: async () => ({ ...(await aFieldNote()), json: fieldNoteBodies.update }),
  deleteFieldNote: aFieldNote,
  restoreFieldNote: async () => {
    const { path, token } = await aFieldNote();
    await api.as({ token }).delete(path);
    return { path: `${path}/restore`, token };
  },
};
