import type { Calls } from "../../calls.ts";
import { aUser, serveWithMailbox, unique } from "../../harness.ts";
import { anOrganization } from "../../members.ts";

const mailbox = serveWithMailbox();

/** An organization that has invited this user, and the token in the mail. */
export async function invited(role = "member") {
  const [organization, guest] = await Promise.all([
    anOrganization(),
    aUser({ email_verified_at: new Date().toISOString() }),
  ]);
  const { path, admin } = organization;
  const json = { email: guest.email, role };
  const { body } = await mailbox.post(`${path}/invitations`, { token: admin.token, json });
  return { ...organization, guest, invitation: body, secret: mailbox.tokenFor(guest.email) };
}

export const calls: Calls = {
  createInvitation: async () => {
    const { path, admin } = await anOrganization();
    return {
      path: `${path}/invitations`,
      token: admin.token,
      json: { email: `${unique()}@example.com`, role: "admin" },
    };
  },
  listInvitations: async () => {
    const { path, admin } = await anOrganization();
    for (const name of [unique(), unique()]) await admin.post(`${path}/invitations`, { email: `${name}@example.com` });
    return { path: `${path}/invitations`, token: admin.token };
  },
  revokeInvitation: async () => {
    const { path, admin, invitation } = await invited();
    return { path: `${path}/invitations/${invitation.id}`, token: admin.token };
  },
  resendInvitation: async () => {
    const { path, admin, invitation } = await invited();
    return { path: `${path}/invitations/${invitation.id}/resend`, token: admin.token };
  },
  acceptInvitation: async () => {
    const { guest, secret } = await invited();
    return { path: "/invitations/accept", token: guest.token, json: { token: secret } };
  },
  declineInvitation: async () => {
    const { secret } = await invited();
    return { path: "/invitations/decline", json: { token: secret } };
  },
};
