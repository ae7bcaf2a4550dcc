/** The user who calls. Ask for no more than this, so that a caller need not have a session. */
export type Caller = { id: string };

/** The one who acts in an organization. No user if one of its keys does. */
export type Membership = { organizationId: string; userId: string | null };
/** A member who acts in an organization by themselves: no key of it. */
export type UserMembership = Membership & { userId: string };

/** A caller by the access token of a session. */
export type SessionCaller = { id: string; sessionId: string };
