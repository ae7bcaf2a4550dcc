import { postgres } from "../local/postgres.ts";
import { mailed, password, type Traffic, unknownId } from "./traffic.ts";

/** A file of ASCII: Prism reads every body that is no JSON as UTF-8, and would forward other bytes than it got. */
const pdf = "%PDF-1.7 a plan";
const anything = { "If-Match": "*" };

/** The server behind the proxy, as `npm run dev` tells of it. */
export type ProxiedServer = { email: string; password: string; mailbox: string; database: string };

/** Calls every operation, most of them well and badly. */
export async function callEverything(traffic: Traffic, server: ProxiedServer): Promise<void> {
  const { access_token: root } = await traffic.good("login", {
    form: { username: server.email, password: server.password },
  });
  await visit(traffic);
  await haveAnAccount(traffic, server);
  await haveItems(traffic);
  await haveKeys(traffic);
  await organize(traffic, server);
  await administer(traffic, root, server);
  await refuseAll(traffic);
}

async function visit({ good, refused, found }: Traffic): Promise<void> {
  // Prism follows a redirect instead of answering it. It shows so that it looks at answers.
  await found(
    "200: response Unable to match the returned status code with those defined in the document: 302,404,500,503",
    "home",
  );
  for (const name of ["jwks", "oauthMetadata", "health", "ready", "version", "openapi", "docs"]) await good(name);
  await good("listPublicItems", { query: { limit: "2" } });
  await refused("not_found", "readPublicItem");
  await refused("invalid_grant", "login", { json: { username: "nobody", password } });
  await refused("invalid_one_time_token", "verifyEmail", { json: { token: "x" } });
}

async function haveAnAccount({ good, refused, aUser }: Traffic, { mailbox }: ProxiedServer): Promise<void> {
  const ada = await aUser("ada");
  const { email } = ada;
  await refused("email_taken", "createUser", { json: { email, username: "ada2", password } });
  await good("verifyEmail", { json: { token: await mailed(mailbox, email) } });
  await good("resendVerification", { json: { email } });
  const me = await good("readMe", { as: ada.as });
  await good("readMe", { as: ada.as, headers: { "If-None-Match": me.etag } });
  await good("readUser", { as: ada.as, path: { id: ada.id } });
  await refused("not_found", "readUser", { as: ada.as });
  const changed = { as: ada.as, json: { full_name: "Ada Lovelace" } };
  await good("updateMe", { ...changed, headers: { "If-Match": me.etag } });
  await refused("precondition_failed", "updateMe", { ...changed, headers: { "If-Match": me.etag } });
  await good("listMyAuditEvents", { as: ada.as });
  await good("exportMe", { as: ada.as });

  const { refresh_token } = await good("refreshTokens", { json: { refresh_token: ada.refresh_token } });
  const resumed = await good("resumeSession", { json: { refresh_token } });
  await good("resumeSession");
  await refused("invalid_refresh_token", "refreshTokens", { json: { refresh_token: "x" } });
  await refused("unsupported_grant_type", "login", { form: { grant_type: "implicit" } });
  const [first] = (await good("listSessions", { as: ada.as })).items;
  await good("confirmPassword", { as: ada.as, json: { current_password: password } });
  await good("endOtherSessions", { as: ada.as });
  const { access_token: second } = await good("login", { json: { username: "ada", password } });
  await refused("not_found", "endSession", { as: second });
  await good("endSession", { as: second, path: { id: first.id } });
  await good("revokeToken", { json: { token: resumed.refresh_token } });

  await good("changeMyEmail", { as: second, json: { email: "ada@example.org", current_password: password } });
  await good("confirmEmail", { json: { token: await mailed(mailbox, "ada@example.org") } });
  await refused("invalid_one_time_token", "confirmEmail", { json: { token: "x" } });
  const other = "another correct horse";
  await good("changeMyPassword", { as: second, json: { current_password: password, password: other } });
  await good("forgotPassword", { json: { email: "ada@example.org" } });
  const token = await mailed(mailbox, "ada@example.org", "reset-password");
  await refused("validation_failed", "resetPassword", { json: { token, password: "password" } });
  await good("resetPassword", { json: { token, password } });
  const { access_token: last } = await good("login", { json: { username: "ada", password } });
  await good("deleteMe", { as: last, json: { current_password: password } });
  await refused("account_deleted", "login", { json: { username: "ada", password } });
  const restored = await good("restoreAccount", { json: { username: "ada", password } });
  await good("logout", { as: restored.access_token, json: {} });
}

async function haveItems(traffic: Traffic): Promise<void> {
  const { good, refused, aUser } = traffic;
  const { as } = await aUser("bob");
  const json = { title: "One", description: "The first", is_public: true };
  const headers = { "Idempotency-Key": "one" };
  const item = await good("createItem", { as, json, headers });
  await good("createItem", { as, json, headers });
  await refused("idempotency_key_reused", "createItem", { as, json: { title: "Other" }, headers });
  await good("createItem", { as, json: { title: "Two" } });
  const query = [
    ["include", "owner"],
    ["include", "total"],
    ["limit", "1"],
  ];
  const { next_cursor } = await good("listItems", { as, query });
  await good("listItems", { as, query: [...query, ["cursor", next_cursor]] });
  await refused("invalid_cursor", "listItems", { as, query: { cursor: "x" } });
  for (const type of ["application/x-ndjson", "text/csv"]) await good("exportItems", { as, headers: { Accept: type } });
  await refused("not_acceptable", "exportItems", { as, headers: { Accept: "image/png" } });
  await good("listPublicItems");
  const path = { id: item.id };
  await good("readPublicItem", { path });
  const read = await good("readItem", { as, path, query: { include: "owner" } });
  await good("readItem", { as, path, headers: { "If-None-Match": read.etag } });
  const change = { as, path, json: { title: "1" } };
  await good("updateItem", { ...change, headers: { "If-Match": read.etag } });
  await refused("precondition_failed", "updateItem", { ...change, headers: { "If-Match": read.etag } });
  const operations = [
    { op: "create", item: { title: "Three" } },
    { op: "update", id: item.id, item: { title: "One again" } },
  ];
  const done = await good("batchItems", { as, json: { operations } });
  await refused("precondition_failed", "batchItems", {
    as,
    json: { operations: [{ op: "delete", id: item.id, if_match: read.etag }] },
  });
  await good("deleteItem", { as, path, headers: { "If-Match": done.results?.[1]?.etag ?? "*" } });
  await refused("not_found", "deleteItem", { as, path, headers: anything });
  await good("restoreItem", { as, path });
  await haveFiles(traffic, as, item.id);
}

async function haveFiles({ good, refused }: Traffic, as: string, item_id: string): Promise<void> {
  const upload = { as, path: { item_id }, query: { name: "plan.pdf" }, headers: { "Content-Type": "application/pdf" } };
  const { id: attachment_id } = await good("createAttachment", { ...upload, text: pdf });
  await refused("unsupported_media_type", "createAttachment", { ...upload, text: "no such file" });
  await good("listAttachments", { as, path: { item_id } });
  const one = { as, path: { item_id, attachment_id } };
  await good("readAttachment", one);
  await good("downloadAttachment", one);
  await good("downloadAttachment", { ...one, headers: { Range: "bytes=0-3" } });
  await refused("range_not_satisfiable", "downloadAttachment", { ...one, headers: { Range: "bytes=1000-" } });
  await good("deleteAttachment", one);
}

async function haveKeys({ good, refused, aUser }: Traffic): Promise<void> {
  const { as } = await aUser("carol");
  const json = { name: "A key", permissions: ["items:read"] };
  const { id, key } = await good("createApiKey", { as, json });
  await refused("name_taken", "createApiKey", { as, json });
  await good("listApiKeys", { as });
  await good("readApiKey", { as, path: { id } });
  await good("listItems", { as: key });
  await refused("permission_required", "createItem", { as: key, json: { title: "Four" } });
  await good("updateApiKey", { as, path: { id }, json: { name: "Another name" } });
  await good("rotateApiKeySecret", { as, path: { id }, json: { overlap_seconds: 0 } });
  await good("deleteApiKey", { as, path: { id } });
  await refused("not_found", "readApiKey", { as, path: { id } });
}

async function organize(traffic: Traffic, { mailbox }: ProxiedServer): Promise<void> {
  const { good, refused, aUser } = traffic;
  const [owner, member, guest] = [await aUser("dave"), await aUser("erin"), await aUser("frank")];
  for (const { email } of [owner, member, guest])
    await good("verifyEmail", { json: { token: await mailed(mailbox, email) } });
  const { as } = owner;
  const json = { name: "Engines", slug: "engines" };
  const { id: organization_id } = await good("createOrganization", { as, json });
  await refused("slug_taken", "createOrganization", { as, json: { ...json, name: "Other engines" } });
  await good("listOrganizations", { as });
  const path = { organization_id };
  const { etag } = await good("readOrganization", { as, path });
  await good("updateOrganization", { as, path, json: { name: "Better engines" }, headers: { "If-Match": etag } });
  await refused("not_found", "readOrganization", { as: member.as, path });
  await good("listOrganizationAuditEvents", { as, path });

  await good("createRole", { as, path, json: { name: "support", permissions: ["audit:read"] } });
  const role = { organization_id, role: "support" };
  await good("updateRole", { as, path: role, json: { permissions: ["members:manage"] } });
  await good("listRoles", { as, path });
  await good("deleteRole", { as, path: role });

  for (const one of [member, guest]) {
    await good("createInvitation", { as, path, json: { email: one.email, role: "member" } });
    const token = await mailed(mailbox, one.email, "invitation");
    await good("acceptInvitation", { as: one.as, json: { token } });
  }
  await refused("invalid_one_time_token", "acceptInvitation", { as: guest.as, json: { token: "x" } });
  await good("createInvitation", { as, path, json: { email: "grace@example.com", role: "member" } });
  await good("declineInvitation", { json: { token: await mailed(mailbox, "grace@example.com", "invitation") } });
  const { id: invitation_id } = await good("createInvitation", { as, path, json: { email: "heidi@example.com" } });
  await good("listInvitations", { as, path });
  await good("resendInvitation", { as, path: { organization_id, invitation_id } });
  await good("revokeInvitation", { as, path: { organization_id, invitation_id } });

  await good("listMembers", { as, path });
  const membership = { organization_id, user_id: guest.id };
  await good("updateMember", { as, path: membership, json: { role: "admin" } });
  await refused("not_found", "updateMember", { as, path: { ...path, user_id: unknownId }, json: { role: "admin" } });
  await good("removeMember", { as, path: membership });
  await haveOrganizationKeys(traffic, as, organization_id);

  await good("offerOrganization", { as, path, json: { user_id: member.id } });
  await good("cancelOrganizationTransfer", { as, path });
  await good("offerOrganization", { as, path, json: { user_id: member.id } });
  await good("acceptOrganization", { as: member.as, path });
  await good("leaveOrganization", { as, path });
  await good("deleteOrganization", { as: member.as, path, headers: anything });
  await good("restoreOrganization", { as: member.as, path });
}

async function haveOrganizationKeys({ good }: Traffic, as: string, organization_id: string): Promise<void> {
  const json = { name: "A key", permissions: ["items:read"] };
  const { id } = await good("createOrganizationApiKey", { as, path: { organization_id }, json });
  await good("listOrganizationApiKeys", { as, path: { organization_id } });
  const path = { organization_id, id };
  await good("readOrganizationApiKey", { as, path });
  await good("updateOrganizationApiKey", { as, path, json: { name: "Another name" } });
  await good("rotateOrganizationApiKeySecret", { as, path, json: {} });
  await good("deleteOrganizationApiKey", { as, path });
}

const unknownTask = "another-version/waits";

/** A task that waits, since this version does not know its name. */
async function aTask(url: string): Promise<string> {
  const database = postgres(url);
  const id = crypto.randomUUID();
  const query = "insert into tasks (id, name, input) values ($1, $2, '{}')";
  await database.run({ query, params: [id, unknownTask] });
  await database.close();
  return id;
}

async function administer({ good, refused, aUser }: Traffic, root: string, { database }: ProxiedServer): Promise<void> {
  const { id, as } = await aUser("ivan");
  const path = { id };
  await refused("forbidden", "listUsers", { as });
  await good("listUsers", { as: root, query: { limit: "1" } });
  await good("updateUser", { as: root, path, json: { full_name: "Ivan" }, headers: anything });
  await good("endUserSessions", { as: root, path });
  await good("deleteUser", { as: root, path, headers: anything });
  await good("restoreUser", { as: root, path });
  await good("listAuditEvents", { as: root });
  await good("readMetrics", { as: root });
  const task_id = await aTask(database);
  await good("listTasks", { as: root, query: { state: "waiting" } });
  const one = { as: root, path: { task_id } };
  await good("readTask", one);
  await good("cancelTask", one);
  await good("retryTask", one);
  await good("retryTasks", { as: root, json: { name: unknownTask } });
}

/** Calls each operation as nobody, with a parameter that it does not have, and with a body that it does not take. */
async function refuseAll({ refused, aUser, operations }: Traffic): Promise<void> {
  const { as } = await aUser("mallory");
  for (const { operationId, security = [], responses } of operations) {
    if (security.length > 0) await refused("not_authenticated", operationId);
    if ("422" in responses) await refused("validation_failed", operationId, { as, query: { surprise: "1" } });
    if (!("415" in responses)) continue;
    await refused("unsupported_media_type", operationId, { as, text: "<a/>", headers: { "Content-Type": "text/xml" } });
    if ("422" in responses && operationId !== "createAttachment") {
      await refused("validation_failed", operationId, { as, json: { surprise: 1 } });
    }
  }
}
