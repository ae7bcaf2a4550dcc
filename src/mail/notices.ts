import { z } from "zod";
import { Chosen } from "./kind.ts";
import { day, notice, Told } from "./notice.ts";

const stolen = "somebody knows your password: change it now, which signs everybody else out.";
const ask = (project: string) => `If you do not know why, ask the administrators of ${project}.`;

export const emailChangeRequested = notice({
  name: "email_change_requested",
  data: Told,
  content: (_data, { project }) => ({
    subject: `A new e-mail address for your ${project} account`,
    paragraphs: [
      `You asked to replace this e-mail address of your ${project} account with another one.`,
      "We have sent a link to the new address. Once it is confirmed, this address is no longer in use.",
    ],
    closing:
      "If this was not you, somebody knows your password: change it now, which also stops the change of address.",
  }),
});

/** Goes to the former address. An administrator's change has `held_until`. */
export const emailChanged = notice({
  name: "email_changed",
  data: Told.extend({ held_until: z.iso.datetime().optional() }),
  content: ({ name, held_until: held }, { project }) => ({
    subject: `The e-mail address of your ${project} account was changed`,
    paragraphs: [
      `Your ${project} account has another e-mail address now. This one is no longer in use.`,
      held
        ? `Your password and your sessions stay as they are. No link to choose a new password goes to the new address before ${day(new Date(held))}.`
        : "The new address was confirmed by the link that we sent there.",
    ],
    closing: held
      ? `If you did not ask for it, sign in as ${name} with your password before that day, put this address back, and tell the administrators of ${project}.`
      : `If this was not you, somebody knows your password: sign in as ${name}, change it, and put this address back.`,
  }),
});

export const usernameChanged = notice({
  name: "username_changed",
  data: Told,
  content: ({ name, by }, { project }) => ({
    subject: `The username of your ${project} account was changed`,
    paragraphs: [
      `Your ${project} account, until now ${name}, has another username.`,
      "Your e-mail address and your password still sign you in.",
    ],
    closing:
      by === "owner"
        ? "If this was not you, somebody is signed in to your account: change your password, which signs everybody else out."
        : ask(project),
  }),
});

export const passwordChanged = notice({
  name: "password_changed",
  data: Told.extend({ api_keys_revoked: z.string().optional(), api_keys_kept: z.string().optional() }),
  content: ({ api_keys_revoked: revoked, api_keys_kept: kept }, { project }) => ({
    subject: `Your ${project} password was changed`,
    paragraphs: [
      `The password of your ${project} account has just been changed.`,
      "Other devices have been signed out and need the new password.",
      ...(revoked
        ? [`Its API keys were revoked: ${revoked} in all. Make new ones for the programs that need them.`]
        : []),
      ...(kept ? [`Its API keys work as before: ${kept} in all. Revoke those that you do not know.`] : []),
    ],
    closing: "If this was not you, ask for a password reset at once, and tell us.",
  }),
});

export const roleChanged = notice({
  name: "role_changed",
  data: Told.extend({ role: z.string() }),
  content: ({ role }, { project }) => ({
    subject: `Your role at ${project} was changed`,
    paragraphs: [`The role of your ${project} account is ${role} now. The change takes effect with its next request.`],
    closing: ask(project),
  }),
});

export const accountDeactivated = notice({
  name: "account_deactivated",
  data: Told,
  content: (_data, { project }) => ({
    subject: `Your ${project} account was deactivated`,
    paragraphs: [
      `Nobody can sign in to your ${project} account until an administrator activates it again.`,
      "All its sessions have ended, and its API keys are revoked. Its data is kept.",
    ],
    closing: ask(project),
  }),
});

export const accountActivated = notice({
  name: "account_activated",
  data: Told,
  content: (_data, { project }) => ({
    subject: `Your ${project} account was activated`,
    paragraphs: [
      `You can sign in to your ${project} account again, with the password that it had. Its API keys stay revoked.`,
    ],
    closing: ask(project),
  }),
});

/** `until` is the day on which the data is purged. */
export const accountDeleted = notice({
  name: "account_deleted",
  data: Told.extend({ until: z.iso.datetime() }),
  content: ({ by, until }, { project }) => ({
    subject: `Your ${project} account was deleted`,
    paragraphs: [
      `Your ${project} account was deleted. All its sessions have ended, and its API keys are revoked. Its data is removed for good after ${day(new Date(until))}.`,
      by === "owner"
        ? "Until then you can take this back: sign in with your password, and restore the account."
        : `Until then an administrator of ${project} can bring it back.`,
    ],
    closing: by === "owner" ? `If this was not you, restore the account: ${stolen}` : ask(project),
  }),
});

export const accountRestored = notice({
  name: "account_restored",
  data: Told,
  content: ({ by }, { project }) => ({
    subject: `Your ${project} account is back`,
    paragraphs: [
      `The deletion of your ${project} account was taken back.`,
      "The sessions and the API keys that it had stay ended: sign in with the password that it had.",
    ],
    closing: by === "owner" ? `If this was not you, ${stolen}` : ask(project),
  }),
});

/** Data of every notice about an API key. */
const AboutKey = Told.extend({ key_name: Chosen, organization: Chosen.optional() });
type AboutKey = z.output<typeof AboutKey>;
const ofOwner = ({ organization }: AboutKey, project: string) =>
  organization === undefined ? `your ${project} account` : `${organization} on ${project}`;
const otherwise = ({ by }: AboutKey) =>
  by === "member"
    ? "If nobody who manages the keys knows why, revoke the key."
    : "If this was not you, revoke the key and change your password, which signs everybody else out of your account.";

export const apiKeyCreated = notice({
  name: "api_key_created",
  data: AboutKey.extend({ permissions: z.string() }),
  content: (data, { project }) => {
    const owner = ofOwner(data, project);
    const { key_name: key, permissions } = data;
    return {
      subject: `A new API key for ${owner}`,
      paragraphs: [
        `An API key for ${owner} was made, with the name ${key}.`,
        `A program that has it can act for the owner, within these permissions: ${permissions}.`,
      ],
      closing: otherwise(data),
    };
  },
});

export const apiKeyChanged = notice({
  name: "api_key_changed",
  data: AboutKey,
  content: (data, { project }) => {
    const owner = ofOwner(data, project);
    const { key_name: key } = data;
    return {
      subject: `An API key of ${owner} was changed`,
      paragraphs: [`The permissions, networks, expiry or name of an API key of ${owner} were changed: ${key}.`],
      closing: otherwise(data),
    };
  },
});

export const apiKeyRotated = notice({
  name: "api_key_rotated",
  data: AboutKey,
  content: (data, { project }) => {
    const owner = ofOwner(data, project);
    const { key_name: key } = data;
    return {
      subject: `An API key of ${owner} has a new secret`,
      paragraphs: [
        `An API key of ${owner} was given a new secret: ${key}.`,
        "The secret that it had stops working, at once or at the end of the overlap that was asked for.",
      ],
      closing: otherwise(data),
    };
  },
});

export const apiKeyRevoked = notice({
  name: "api_key_revoked",
  data: AboutKey,
  content: (data, { project }) => {
    const owner = ofOwner(data, project);
    const { key_name: key } = data;
    return {
      subject: `An API key of ${owner} was revoked`,
      paragraphs: [`An API key of ${owner} was revoked: ${key}.`, "Programs that still use it are refused."],
      closing:
        data.by === "member"
          ? "If nobody who manages the keys knows why, ask the owner."
          : "If this was not you, somebody is signed in to your account: change your password, which signs everybody else out.",
    };
  },
});

const OfOrganization = Told.extend({ organization: Chosen });
const askThem = ({ organization }: { organization: string }) =>
  `If you do not know why, ask the owner of ${organization}.`;

export const memberRoleChanged = notice({
  name: "member_role_changed",
  data: OfOrganization.extend({ role: z.string() }),
  content: (data, { project }) => ({
    subject: `Your role in ${data.organization} was changed`,
    paragraphs: [`Your role in ${data.organization} on ${project} is ${data.role} now.`],
    closing: askThem(data),
  }),
});

export const memberRemoved = notice({
  name: "member_removed",
  data: OfOrganization,
  content: (data, { project }) => ({
    subject: `You were removed from ${data.organization}`,
    paragraphs: [
      `You are no longer a member of ${data.organization} on ${project}.`,
      "Your account stays as it is. Invitations that you sent for the organization have ended.",
    ],
    closing: askThem(data),
  }),
});

/** Goes to the owner, if somebody else did it. */
export const organizationDeleted = notice({
  name: "organization_deleted",
  data: OfOrganization,
  content: ({ organization }, { project }) => ({
    subject: `${organization} was deleted`,
    paragraphs: [
      `A member whose role allows it has deleted ${organization} on ${project}. Nobody can reach it now.`,
      "As its owner you can restore it, but not its API keys, until its data is removed for good.",
    ],
    closing: "If you do not know why, restore it, and look at who may delete it.",
  }),
});

/** Goes to the member to whom the organization is offered. */
export const organizationOffered = notice({
  name: "organization_offered",
  data: OfOrganization,
  content: (data, { project }) => ({
    subject: `${data.organization} is offered to you`,
    paragraphs: [
      `The owner of ${data.organization} on ${project} would like you to own it.`,
      "Nothing changes unless you accept. You can also decline.",
    ],
    closing: askThem(data),
  }),
});

/** Goes to the former owner. */
export const organizationTransferred = notice({
  name: "organization_transferred",
  data: OfOrganization,
  content: ({ organization }, { project }) => ({
    subject: `${organization} has another owner`,
    paragraphs: [
      `The member to whom you offered ${organization} on ${project} has accepted, and owns it now.`,
      "You stay a member, with the role admin.",
    ],
    closing: `If you offered it to nobody, ${stolen}`,
  }),
});

export const sessionsEnded = notice({
  name: "sessions_ended",
  data: Told,
  content: ({ by }, { project }) => ({
    subject: `You were signed out of ${project}`,
    paragraphs: [
      by === "owner"
        ? `All sessions of your ${project} account have ended, but for the one that asked for it.`
        : `All sessions of your ${project} account have ended.`,
      "Your password stays as it is: sign in again where you need to.",
    ],
    closing:
      by === "owner"
        ? "If this was not you, somebody is signed in to your account: change your password, which signs everybody else out."
        : ask(project),
  }),
});

export const sessionReplayed = notice({
  name: "session_replayed",
  data: Told,
  content: (_data, { project }) => ({
    subject: `A session of your ${project} account was ended`,
    paragraphs: [
      `A sign-in token that was already replaced was used again for your ${project} account.`,
      "It may have been copied, so the session has ended. Sign in again on the device that asks you to.",
    ],
    closing: "If this happens again, change your password, which signs everybody else out.",
  }),
});

export const newSignIn = notice({
  name: "new_sign_in",
  data: Told,
  content: (_data, { project }) => ({
    subject: `A new sign-in to your ${project} account`,
    paragraphs: [
      `Somebody has signed in to your ${project} account with your password, from a network that it has not been used from lately.`,
    ],
    closing: `If it was you, there is nothing to do. If not, ${stolen}`,
  }),
});

/** Every notice; a new one belongs here. */
export const notices = {
  emailChangeRequested,
  emailChanged,
  usernameChanged,
  passwordChanged,
  roleChanged,
  accountDeactivated,
  accountActivated,
  accountDeleted,
  accountRestored,
  apiKeyCreated,
  apiKeyChanged,
  apiKeyRotated,
  apiKeyRevoked,
  memberRoleChanged,
  memberRemoved,
  organizationDeleted,
  organizationOffered,
  organizationTransferred,
  sessionsEnded,
  sessionReplayed,
  newSignIn,
};
