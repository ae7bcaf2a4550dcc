import type { Calls } from "../../calls.ts";
import { aKey, unique } from "../../harness.ts";
import { anOrganization } from "../../members.ts";

/** A key of an organization, and its owner's token. */
const aKeyed = async () => {
  const { id, owner } = await anOrganization();
  const key = await aKey({ organization_id: id, made_by: owner.id });
  return { list: `/organizations/${id}/api-keys`, path: `/organizations/${id}/api-keys/${key.id}`, owner, id };
};

export const calls: Calls = {
  createOrganizationApiKey: async () => {
    const { list, owner } = await aKeyed();
    return { path: list, token: owner.token, json: { name: unique("key"), permissions: ["items:read"] } };
  },
  listOrganizationApiKeys: async () => {
    const { list, owner, id } = await aKeyed();
    await aKey({ organization_id: id, made_by: owner.id });
    return { path: list, token: owner.token };
  },
  readOrganizationApiKey: async () => {
    const { path, owner } = await aKeyed();
    return { path, token: owner.token };
  },
  updateOrganizationApiKey: async () => {
    const { path, owner } = await aKeyed();
    return { path, token: owner.token, json: { name: unique("key") } };
  },
  deleteOrganizationApiKey: async () => {
    const { path, owner } = await aKeyed();
    return { path, token: owner.token };
  },
  rotateOrganizationApiKeySecret: async () => {
    const { path, owner } = await aKeyed();
    return { path: `${path}/rotate`, token: owner.token, json: {} };
  },
};
