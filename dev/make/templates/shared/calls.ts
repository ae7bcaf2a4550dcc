import type { Calls } from "../../calls.ts";
import { api, aUser } from "../../harness.ts"; //: user direct
import { api } from "../../harness.ts"; //: organization
import { api } from "../../harness.ts"; //: user under
import { anOrganization } from "../../members.ts"; //: organization direct
import { calls as ofBinders } from "../binders/calls.ts"; //: under
//= others

/** A place for field notes: its path, the token of somebody who may make them there, and bodies that make and change one. */
export async function someFieldNotes() {
  const place = { path: "/field-notes", token: (await aUser()).token }; //: user direct
  const { path, owner } = await anOrganization(); //: organization direct
  const place = { path: `${path}/field-notes`, token: owner.token }; //: organization direct
  const { path = "", token = "" } = (await ofBinders.readBinder?.()) ?? {}; //: under
  const place = { path: `${path.replace(/\?.*/, "")}/field-notes`, token }; //: under
  //= bodies
  return { ...place, bodies };
}

/** Makes a field note in this place or a new one, and answers its path and the token of its maker. */
async function aFieldNote(place?: Awaited<ReturnType<typeof someFieldNotes>>) {
  const { path, token, bodies } = place ?? (await someFieldNotes());
  const { status, body, text } = await api.post(path, { token, json: bodies.create });
  if (status !== 201) throw new Error(`No field note was made: ${text}`);
  return { path: `${path}/${body.id}`, token };
}

/** Names others of this place, one in each field that refers to one. */ //: nested
async function others(place: Awaited<ReturnType<typeof someFieldNotes>>) { //: nested
  const idOfOne = async () => (await aFieldNote(place)).path.split("/").at(-1); //: nested
  //= named
} //: nested
 //: nested
/** One successful call of each endpoint, for the tests of the house. */
export const calls: Calls = {
  createFieldNote: async () => {
    const { bodies, ...place } = await someFieldNotes(); //: flat
    return { ...place, json: bodies.create }; //: flat
    const place = await someFieldNotes(); //: nested
    const { path, token, bodies } = place; //: nested
    return { path, token, json: { ...bodies.create, ...(await others(place)) } }; //: nested
  },
  listFieldNotes: async () => {
    const { path, token, bodies } = await someFieldNotes();
    for (const _ of [1, 2]) await api.post(path, { token, json: bodies.create });
    return { path, token };
  },
  exportFieldNotes: async () => { //: export
    const { path, token } = await aFieldNote(); //: export
    return { path: path.replace(/[^/]+$/, "export"), token }; //: export
  }, //: export
  batchFieldNotes: async () => { //: batch
    const { path, token, bodies } = await someFieldNotes(); //: batch flat
    const operations = [{ op: "create", item: bodies.create }]; //: batch flat
    const place = await someFieldNotes(); //: batch nested
    const { path, token, bodies } = place; //: batch nested
    const operations = [{ op: "create", item: { ...bodies.create, ...(await others(place)) } }]; //: batch nested
    return { path: `${path}/batch`, token, json: { operations } }; //: batch
  }, //: batch
  readFieldNote: () => aFieldNote(),
  updateFieldNote: async () => {
    const place = await someFieldNotes();
    return { ...(await aFieldNote(place)), json: place.bodies.update }; //: flat
    return { ...(await aFieldNote(place)), json: { ...place.bodies.update, ...(await others(place)) } }; //: nested
  },
  deleteFieldNote: () => aFieldNote(),
  restoreFieldNote: async () => {
    const { path, token } = await aFieldNote();
    await api.as({ token }).delete(path);
    return { path: `${path}/restore`, token };
  },
};
