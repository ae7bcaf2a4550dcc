/** Made from openapi.json by `npm run client`: edit nothing here. */
export interface paths {
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description Opens a session. As a form this is OAuth2's token endpoint (RFC 6749, sections 3.2, 4.3 and 6) and takes `grant_type=refresh_token` too; as JSON it takes the fields of a sign-in. This is first-party sign-in in OAuth2's shape: it is not an authorization server for third parties, for whom RFC 9700 forbids this grant. The owner of the account is told by mail: `sign_in.new_network`, `session.replayed`.
         */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore your deleted account
         * @description Takes the fields of a sign-in during the grace period after a deletion, and signs you in; for an account that is not deleted, it is a sign-in. 409 if another user has taken the e-mail address or the username in the meantime. The owner of the account is told by mail: `account.restored`, `sign_in.new_network`.
         */
        post: operations["restoreAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a new access token
         * @description Exchanges a refresh token for the next one (RFC 6749, section 6). Each works once; a repetition within ten seconds gets the same successor, for a second tab or a retry. An older token ends the session. Without a body, the token in the cookie is used. The owner of the account is told by mail: `session.replayed`.
         */
        post: operations["refreshTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a session
         * @description For the start of a page: gets the next tokens like `POST /auth/refresh`, and the account beside them. 204 if nobody is signed in, so that a browser shows no error to a visitor. The owner of the account is told by mail: `session.replayed`.
         */
        post: operations["resumeSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a token
         * @description OAuth2's sign-out (RFC 7009): ends the session of an access token or a refresh token. An unknown or expired token is no error.
         */
        post: operations["revokeToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign out
         * @description Ends the session of the refresh token in the body or the cookie, or otherwise of the access token. Its tokens stop working at once. Signing out twice is not an error.
         */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your sessions
         * @description Everywhere you are signed in, newest first.
         */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        /**
         * End all your other sessions
         * @description The current session stays. The owner of the account is told by mail: `sessions.ended`.
         */
        delete: operations["endOtherSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End one of your sessions
         * @description Its tokens stop working at once.
         */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/email/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify an e-mail address
         * @description Takes the token of the link that was mailed at sign-up. It works once, within 24 hours. Following the link again in that time is no error.
         */
        post: operations["verifyEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/email/verify/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail a new verification link
         * @description Replaces the previous link, at most once a minute. The answer is the same whether or not the account exists.
         */
        post: operations["resendVerification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/email/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm a new e-mail address
         * @description Takes the token of the link that was mailed to the new address, which then becomes the account's address. It works once, within 24 hours. Following the link again in that time is no error. The owner of the account is told by mail: `email.changed`.
         */
        post: operations["confirmEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password/forgot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a new password
         * @description Mails a link, at most once a minute. The answer is the same, and takes equally long, whether or not the account exists.
         */
        post: operations["forgotPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set a new password with a mailed link
         * @description The token works once, within one hour. Using it ends every session of the account and its API keys, unless they are kept, and verifies its e-mail address. The owner of the account is told by mail: `password.reset`.
         */
        post: operations["resetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Prove your password again
         * @description Takes your current password. Endpoints that answer `insufficient_user_authentication` then accept this session for a while; signing in is a proof, too.
         */
        post: operations["confirmPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List users
         * @description Newest first, a page at a time.
         */
        get: operations["listUsers"];
        put?: never;
        /**
         * Sign up
         * @description The e-mail address and the username are unique regardless of letter case. A verification link is mailed.
         */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get your account
         * @description The account that the access token belongs to; with `include=memberships`, its organizations and what you may do in them.
         */
        get: operations["readMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change your account
         * @description Fields that are left out keep their values. Only admins may set `role` and `is_active`, also to step down themselves. Change your own `email` with `POST /users/me/email`. The owner of the account is told by mail: `username.changed`, `account.role_changed`, `account.deactivated`.
         */
        patch: operations["updateMe"];
        trace?: never;
    };
    "/api/v1/users/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change your password
         * @description Ends all your other sessions; this one stays. The owner of the account is told by mail: `password.changed`.
         */
        put: operations["changeMyPassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me/email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change your e-mail address
         * @description Mails a link to the new address and notifies the old one, which stays in use until the new one is confirmed. The owner of the account is told by mail: `email.change_requested`.
         */
        post: operations["changeMyEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me/deletion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete your account
         * @description Takes your current password. An organization of yours that has other members must be transferred or deleted first. Every token of the account stops working, and its e-mail address and username become free. During the grace period `POST /auth/restore` undoes the deletion; after it, the data is purged. The owner of the account is told by mail: `account.deleted`.
         */
        post: operations["deleteMe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me/audit-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your account's audit events
         * @description Newest first, a page at a time. For actions by others, the network is omitted.
         */
        get: operations["listMyAuditEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export your data
         * @description Everything about your account as one JSON document: profile, items, other resources, memberships, the names of attachments, sessions, API keys, events and mails. Lists hold up to 10,000 entries, and items and other resources up to 4 MiB of text each; `is_complete` says whether that was everything.
         */
        get: operations["exportMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a user
         * @description Your own account; admins may get any.
         */
        get: operations["readUser"];
        put?: never;
        post?: never;
        /**
         * Delete a user
         * @description Deletes any account but your own, for which there is `POST /users/me/deletion`. During the grace period an admin can undo it; the deleted user cannot. The owner of the account is told by mail: `account.deleted`.
         */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        /**
         * Change a user
         * @description Your own account; admins may change any, and only they may set `role`, `is_active`, and the `email` of somebody else. A new address is unverified until its owner confirms it, and for three days it gets no link to set a password. A deleted user can be deactivated or demoted before they are restored. The owner of the account is told by mail: `username.changed`, `email.changed`, `account.role_changed`, `account.activated`, `account.deactivated`.
         */
        patch: operations["updateUser"];
        trace?: never;
    };
    "/api/v1/users/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a deleted user
         * @description Possible during the grace period after a deletion, whoever deleted the account. The old sessions and API keys stay ended, and a deactivated user stays deactivated. A user who is not deleted is returned unchanged. 409 if another user has taken the e-mail address or the username in the meantime. The owner of the account is told by mail: `account.restored`.
         */
        post: operations["restoreUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Sign a user out everywhere
         * @description All of the user's tokens stop working at once. The user can sign in again. The owner of the account is told by mail: `sessions.ended`.
         */
        delete: operations["endUserSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your API keys
         * @description Newest first, without their secrets. Expired keys are listed, revoked ones are not.
         */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * Make an API key
         * @description The key acts as you, within its permissions, for programs that cannot sign in. Only this answer has `key`, so the call takes no `Idempotency-Key`: if the answer is lost, find the key by its name and revoke it. The owner of the account is told by mail: `api_key.created`.
         */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an API key
         * @description One of your keys, without its secret.
         */
        get: operations["readApiKey"];
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description The next request with it is refused. Its name is free again. The owner of the account is told by mail: `api_key.revoked`.
         */
        delete: operations["deleteApiKey"];
        options?: never;
        head?: never;
        /**
         * Change an API key
         * @description Fields that are left out keep their values. The next request with the key has the new ones. The owner of the account is told by mail: `api_key.changed`.
         */
        patch: operations["updateApiKey"];
        trace?: never;
    };
    "/api/v1/api-keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give an API key a new secret
         * @description The current secret works for another `overlap_seconds`, while you replace it; an older one stops working at once. Only this answer has `key`. The owner of the account is told by mail: `api_key.rotated`.
         */
        post: operations["rotateApiKeySecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the keys of an organization
         * @description Newest first, without their secrets. Expired keys are listed, revoked ones are not.
         */
        get: operations["listOrganizationApiKeys"];
        put?: never;
        /**
         * Make a key of an organization
         * @description The key acts for the organization, within permissions that you have yourself, and outlives your membership. Only this answer has `key`, so the call takes no `Idempotency-Key`: if the answer is lost, find the key by its name and revoke it. The owner of the account is told by mail: `api_key.created`.
         */
        post: operations["createOrganizationApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a key of an organization
         * @description One of its keys, without its secret.
         */
        get: operations["readOrganizationApiKey"];
        put?: never;
        post?: never;
        /**
         * Revoke a key of an organization
         * @description The next request with it is refused. Its name is free again. The owner of the account is told by mail: `api_key.revoked`.
         */
        delete: operations["deleteOrganizationApiKey"];
        options?: never;
        head?: never;
        /**
         * Change a key of an organization
         * @description Fields that are left out keep their values. The next request with the key has the new ones, which include no permission that you lack. The owner of the account is told by mail: `api_key.changed`.
         */
        patch: operations["updateOrganizationApiKey"];
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/api-keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate a key of an organization
         * @description The current secret works for another `overlap_seconds`, while you replace it; an older one stops working at once. Only this answer has `key`. The owner of the account is told by mail: `api_key.rotated`.
         */
        post: operations["rotateOrganizationApiKeySecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List audit events
         * @description Newest first, a page at a time, filtered by user, kind or time.
         */
        get: operations["listAuditEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your organizations
         * @description Newest first, a page at a time.
         */
        get: operations["listOrganizations"];
        put?: never;
        /**
         * Found an organization
         * @description You become its owner. Its name and its slug are unique regardless of letter case.
         */
        post: operations["createOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an organization
         * @description With your role and your permissions in it.
         */
        get: operations["readOrganization"];
        put?: never;
        post?: never;
        /**
         * Delete an organization
         * @description Nobody can reach it or anything below it, and its API keys end for good. Its owner can restore it until it is purged, by default thirty days later. The owner of the account is told by mail: `organization.deleted`.
         */
        delete: operations["deleteOrganization"];
        options?: never;
        head?: never;
        /**
         * Change an organization
         * @description For 90 days, nobody else can take a slug that was given up.
         */
        patch: operations["updateOrganization"];
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a deleted organization
         * @description Only its owner can, until it is purged. One that is not deleted is returned unchanged.
         */
        post: operations["restoreOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Offer an organization to another member
         * @description The member becomes the owner by accepting; until then nothing changes. The owner of the account is told by mail: `organization.transfer_offered`.
         */
        put: operations["offerOrganization"];
        post?: never;
        /**
         * Take back an offer, or decline it
         * @description The owner can do this, and so can the member to whom the organization was offered.
         */
        delete: operations["cancelOrganizationTransfer"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/transfer/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept an organization that was offered to you
         * @description You become its owner, and it counts among those that you may own. The former owner stays an admin. The owner of the account is told by mail: `organization.transferred`.
         */
        post: operations["acceptOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/audit-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the audit events of an organization
         * @description Newest first, a page at a time.
         */
        get: operations["listOrganizationAuditEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the members of an organization
         * @description A page at a time.
         */
        get: operations["listMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a member
         * @description The member's role may have no permission that you lack. The removal holds from the next request on. The owner of the account is told by mail: `member.removed`.
         */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        /**
         * Change the role of a member
         * @description Neither the old nor the new role may have a permission that you lack. The change holds from the next request on. The owner of the account is told by mail: `member.role_changed`.
         */
        patch: operations["updateMember"];
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Leave an organization
         * @description Its owner cannot: transfer or delete it first.
         */
        post: operations["leaveOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the roles that an organization made for itself
         * @description Every organization also has `owner`, `admin` and `member`.
         */
        get: operations["listRoles"];
        put?: never;
        /**
         * Make a role
         * @description A role can only have permissions that you have yourself.
         */
        post: operations["createRole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/roles/{role}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change the permissions of a role
         * @description Neither the old nor the new permissions may include one that you lack. The change holds from the next request on.
         */
        put: operations["updateRole"];
        post?: never;
        /**
         * Delete a role
         * @description No member and no open invitation may have it.
         */
        delete: operations["deleteRole"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the invitations of an organization
         * @description Newest first, a page at a time, including those that were answered or withdrawn.
         */
        get: operations["listInvitations"];
        put?: never;
        /**
         * Invite somebody
         * @description Mails a link that works for seven days and makes the owner of this address a member, whether or not they have an account yet. The role may have no permission that you lack.
         */
        post: operations["createInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/invitations/{invitation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Withdraw an invitation
         * @description Its link stops working. 404 if it was answered before.
         */
        delete: operations["revokeInvitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization_id}/invitations/{invitation_id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an invitation again
         * @description Mails a new link, which replaces the old one and works for seven days.
         */
        post: operations["resendInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept an invitation
         * @description Takes the token of the mailed link. The account must have the invited address, and have verified it. A member who follows the link again meets no error.
         */
        post: operations["acceptInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decline an invitation
         * @description Takes the token of the mailed link. You need no account.
         */
        post: operations["declineInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tasks
         * @description Newest first, a page at a time, filtered by name, state or time.
         */
        get: operations["listTasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a task
         * @description With its input, and the error of its last attempt.
         */
        get: operations["readTask"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry all tasks of a name
         * @description For use after an outage or a revoked key. Dead tasks begin anew, oldest first, with all their attempts, and so do cancelled or waiting ones if `state` says so. If the tasks of this name had a rest, it ends. They run after the answer. Of dead tasks under one key, only the oldest begins anew, and none does while another one waits under that key.
         */
        post: operations["retryTasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a task
         * @description A dead or cancelled task begins anew, with all its attempts, and a waiting one does not wait any longer. It runs after the answer. 409 if it runs or is done, or if another one waits under its key.
         */
        post: operations["retryTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a task
         * @description A waiting task does not run. A running one commits nothing more, but what it has done outside of the database stays done. 409 if it has ended.
         */
        post: operations["cancelTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the figures for alerts
         * @description The depth of each queue of tasks, schedules that are late, and the size of each table. Its cost is bounded, however long a queue is.
         */
        get: operations["readMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List public items
         * @description Newest first, from every user. A page can be shorter than `limit`: only a null `next_cursor` ends the list. `Age` is the answer's age in seconds: up to 60, or up to 120 in caches beyond ours.
         */
        get: operations["listPublicItems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public/items/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a public item
         * @description An item that its owner has made public, with the owner's public profile. `Age` is the answer's age in seconds: up to 60, or up to 120 in caches beyond ours.
         */
        get: operations["readPublicItem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your items
         * @description A page at a time, newest first unless `sort` says otherwise. Admins may list another user's items. An API key needs `items:read`.
         */
        get: operations["listItems"];
        put?: never;
        /**
         * Create an item
         * @description You become its owner. An API key needs `items:write`.
         */
        post: operations["createItem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/items/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create, change and delete items together
         * @description Carries out all of up to 100 operations, or none: `errors` names the first that failed. At most one operation per item. An API key needs `items:write`.
         */
        post: operations["batchItems"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/items/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download all your items
         * @description Newest first, as NDJSON or CSV by `Accept`. An item that exists throughout the export appears once. A file is complete only if the transfer ended normally: it is cut off if your session ends or the database fails. An API key needs `items:read`.
         */
        get: operations["exportItems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/items/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an item
         * @description One of your items; admins may get any. With `include=owner`, the `ETag` covers the owner's profile too. An API key needs `items:read`.
         */
        get: operations["readItem"];
        put?: never;
        post?: never;
        /**
         * Delete an item
         * @description One of your items; admins may delete any. An API key needs `items:write`.
         */
        delete: operations["deleteItem"];
        options?: never;
        head?: never;
        /**
         * Change an item
         * @description Fields that are left out keep their values. An API key needs `items:write`.
         */
        patch: operations["updateItem"];
        trace?: never;
    };
    "/api/v1/items/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a deleted item
         * @description Possible until it is purged, by default thirty days after its deletion. An item that is not deleted is returned unchanged. An API key needs `items:write`.
         */
        post: operations["restoreItem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/items/{item_id}/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the attachments of an item
         * @description A page at a time, newest first. An API key needs `items:read`.
         */
        get: operations["listAttachments"];
        put?: never;
        /**
         * Attach a file to an item
         * @description The body is the file itself. Its first bytes must be those of its `Content-Type`, whatever its name. Only its owner and admins can read it, even if the item is public. An API key needs `items:write`.
         */
        post: operations["createAttachment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/items/{item_id}/attachments/{attachment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an attachment's metadata
         * @description Its bytes are at `content`. An API key needs `items:read`.
         */
        get: operations["readAttachment"];
        put?: never;
        post?: never;
        /**
         * Delete an attachment
         * @description For good: it cannot be restored. An API key needs `items:write`.
         */
        delete: operations["deleteAttachment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/items/{item_id}/attachments/{attachment_id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download an attachment
         * @description Whole, or the part that `Range` asks for. The bytes of an attachment never change. An API key needs `items:read`.
         */
        get: operations["downloadAttachment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the keys that verify access tokens
         * @description A JSON Web Key Set (RFC 7517) for other services that verify our access tokens: `kid` names the key. Empty if `ALGORITHM` is symmetric.
         */
        get: operations["jwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-authorization-server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the OAuth2 server metadata
         * @description Authorization server metadata (RFC 8414). Its `issuer` is `JWT_ISSUER` if that is a URL, and this origin otherwise.
         */
        get: operations["oauthMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check liveness
         * @description Needs neither settings nor the database.
         */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check readiness
         * @description Ready if the settings are valid, the database answers and takes writes, every migration of this version is applied, and no unknown one precedes them. Migrations of a newer version are fine. `tasks` is `late` if a schedule is overdue by a quarter of an hour: requests are served all the same.
         */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell what is deployed
         * @description The commit, the uploaded version and the schema of the Worker that answers.
         */
        get: operations["version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Go to the documentation
         * @description Redirects to the documentation page.
         */
        get: operations["home"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the OpenAPI document
         * @description OpenAPI 3.1, generated from the endpoints.
         */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the documentation
         * @description Swagger UI, whose Authorize button signs in. It loads nothing from other hosts.
         */
        get: operations["docs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Token: {
            access_token: string;
            /** @enum {string} */
            token_type: "bearer";
            /**
             * @description Seconds
             * @example 900
             */
            expires_in: number;
            /** @description Absent if it is in the cookie */
            refresh_token?: string;
            /**
             * @description All that its user may do; present if a scope was requested
             * @enum {string}
             */
            scope?: "api";
            user?: components["schemas"]["User"];
        };
        /** @description The account; present with `include=user` */
        User: {
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            id: string;
            /** @example ada@example.com */
            email: string;
            /** @example ada */
            username: string;
            /** @example Ada Lovelace */
            full_name: string | null;
            /** @enum {string} */
            role: "user" | "admin";
            is_active: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            email_verified_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            updated_at: string;
            /**
             * @description The version, for `If-Match`
             * @example "1"
             */
            etag: string;
        };
        OAuthProblem: components["schemas"]["Problem"] & {
            error: string;
            error_description: string;
        };
        FieldError: {
            /**
             * @example [
             *       "body",
             *       "title"
             *     ]
             */
            loc: (string | number)[];
            /**
             * @description A sentence for people
             * @example Must have at least 1 character
             */
            msg: string;
            /**
             * @example string_too_short
             * @enum {string}
             */
            type: "missing" | "extra_forbidden" | "invalid_type" | "invalid_value" | "invalid_format" | "pattern_mismatch" | "invalid_unicode" | "blank" | "string_too_short" | "string_too_long" | "number_too_small" | "number_too_large" | "not_greater" | "not_less" | "not_multiple_of" | "date_too_early" | "date_too_late" | "list_too_short" | "list_too_long" | "digest_mismatch" | "file_too_large" | "too_few_fields" | "duplicate" | "common_password" | "ambiguous_password" | "personal_password" | "wrong_password" | "taken" | "not_found" | "precondition_failed" | "precondition_required" | "invalid";
            /**
             * @description The values in `msg`
             * @example {
             *       "min": 1
             *     }
             */
            ctx?: {
                min?: number | string;
                max?: number | string;
                step?: number;
                /** @enum {string} */
                expected?: "string" | "number" | "integer" | "boolean" | "array" | "object" | "null" | "file";
                values?: string[];
                format?: string;
                pattern?: string;
            };
        };
        Problem: {
            /** @example about:blank */
            type: string;
            /** @example Unprocessable Content */
            title: string;
            /** @example 422 */
            status: number;
            /**
             * @description One sentence for people
             * @example body.title: Field required
             */
            detail: string;
            /**
             * @description Stable, for programs
             * @example validation_failed
             */
            code: string;
            /** @description Quote it when you ask for help */
            request_id: string;
            /** @description What is wrong with the request: the first fifty faults */
            errors?: components["schemas"]["FieldError"][];
        };
        TokenForm: {
            /**
             * @example password
             * @enum {string}
             */
            grant_type?: "password" | "refresh_token";
            /**
             * @description Username or e-mail address
             * @example ada
             */
            username?: string;
            /**
             * Format: password
             * @example correct horse battery
             */
            password?: string;
            /**
             * @description The way of the refresh token: `cookie` keeps it out of reach of the page's scripts
             * @example body
             * @enum {string}
             */
            token_delivery?: "body" | "cookie";
            /**
             * @description Ignored: `api` is always granted
             * @example
             */
            scope?: string;
            /**
             * @description Not needed
             * @example
             */
            client_id?: string;
            /**
             * @description Not needed
             * @example
             */
            client_secret?: string;
            /**
             * @description From the last answer with tokens
             * @example
             */
            refresh_token?: string;
        };
        Login: {
            /**
             * @example password
             * @enum {string}
             */
            grant_type?: "password";
            /**
             * @description Username or e-mail address
             * @example ada
             */
            username: string;
            /**
             * Format: password
             * @example correct horse battery
             */
            password: string;
            /**
             * @description The way of the refresh token: `cookie` keeps it out of reach of the page's scripts
             * @example body
             * @enum {string}
             */
            token_delivery?: "body" | "cookie";
            /**
             * @description Ignored: `api` is always granted
             * @example
             */
            scope?: string;
            /**
             * @description Not needed
             * @example
             */
            client_id?: string;
            /**
             * @description Not needed
             * @example
             */
            client_secret?: string;
        };
        Refresh: {
            /**
             * @example refresh_token
             * @enum {string}
             */
            grant_type?: "refresh_token";
            /**
             * @description From the last answer with tokens
             * @example
             */
            refresh_token?: string;
            /**
             * @description Ignored: `api` is always granted
             * @example
             */
            scope?: string;
            /**
             * @description Not needed
             * @example
             */
            client_id?: string;
            /**
             * @description Not needed
             * @example
             */
            client_secret?: string;
        };
        Resumed: components["schemas"]["Token"] & Record<string, never>;
        Revoked: Record<string, never>;
        Revocation: {
            /**
             * @description An access token or a refresh token
             * @example …
             */
            token: string;
            /**
             * @description Not needed
             * @example refresh_token
             */
            token_type_hint?: string;
            /**
             * @description Not needed
             * @example
             */
            client_id?: string;
            /**
             * @description Not needed
             * @example
             */
            client_secret?: string;
        };
        Logout: {
            /**
             * @description From the last answer with tokens
             * @example
             */
            refresh_token?: string;
            /**
             * @description Not needed
             * @example
             */
            client_id?: string;
        };
        SessionPage: {
            items: components["schemas"]["Session"][];
            /** @description Pass it as `cursor` for the next page */
            next_cursor: string | null;
        };
        Session: {
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            id: string;
            /** @description True for the session of the request's access token */
            is_current: boolean;
            user_agent: string | null;
            network: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            last_used_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            expires_at: string;
        };
        EmailVerify: {
            /**
             * @description From the mailed link
             * @example rvn1dxHNDhKyh9BRsPWDIxUTZGZ1Gyfv-JZhzPMmeps
             */
            token: string;
        };
        EmailResend: {
            /**
             * Format: email
             * @example ada@example.com
             */
            email: string;
        };
        EmailConfirm: {
            /**
             * @description From the mailed link
             * @example rvn1dxHNDhKyh9BRsPWDIxUTZGZ1Gyfv-JZhzPMmeps
             */
            token: string;
        };
        PasswordForgot: {
            /**
             * Format: email
             * @example ada@example.com
             */
            email: string;
        };
        PasswordReset: {
            /**
             * @description From the mailed link
             * @example rvn1dxHNDhKyh9BRsPWDIxUTZGZ1Gyfv-JZhzPMmeps
             */
            token: string;
            /**
             * Format: password
             * @description Taken exactly as sent, without NUL. The most common passwords are refused.
             * @example correct horse battery
             */
            password: string;
            /**
             * @description True to let the API keys work on, which takes an address that was verified before
             * @example false
             */
            keep_api_keys?: boolean;
        };
        PasswordProof: {
            /**
             * Format: password
             * @example correct horse battery
             */
            current_password: string;
        };
        UserCreate: {
            /**
             * Format: email
             * @example ada@example.com
             */
            email: string;
            /** @example ada */
            username: string;
            /** @example Ada Lovelace */
            full_name?: string | null;
            /**
             * Format: password
             * @description Taken exactly as sent, without NUL. The most common passwords are refused.
             * @example correct horse battery
             */
            password: string;
        };
        UserPage: {
            items: components["schemas"]["User"][];
            /** @description Pass it as `cursor` for the next page */
            next_cursor: string | null;
        };
        Me: components["schemas"]["User"] & {
            /** @description Present with `include=memberships`; at most 100 */
            memberships?: components["schemas"]["Membership"][];
        };
        Membership: {
            /** @example Analytical Engines */
            name: string;
            /** @example analytical-engines */
            slug: string;
            /**
             * @description Your role
             * @example owner
             */
            role: string;
            /** @description Your permissions */
            permissions: components["schemas"]["Permission"][];
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            organization_id: string;
        };
        /** @enum {string} */
        Permission: "organization:update" | "organization:delete" | "organization:transfer" | "members:manage" | "roles:manage" | "keys:manage" | "audit:read" | "items:read" | "items:write";
        UserUpdate: {
            /**
             * Format: email
             * @example ada@example.com
             */
            email?: string;
            /** @example ada */
            username?: string;
            /** @example Ada Lovelace */
            full_name?: string | null;
            is_active?: boolean;
            /** @enum {string} */
            role?: "user" | "admin";
        };
        PasswordChange: {
            /**
             * Format: password
             * @example correct horse battery
             */
            current_password: string;
            /**
             * Format: password
             * @description Taken exactly as sent, without NUL. The most common passwords are refused.
             * @example correct horse battery
             */
            password: string;
        };
        EmailChange: {
            /**
             * Format: email
             * @example ada@example.com
             */
            email: string;
            /**
             * Format: password
             * @example correct horse battery
             */
            current_password: string;
        };
        AccountDeletion: {
            /**
             * Format: password
             * @example correct horse battery
             */
            current_password: string;
        };
        MyAuditEventPage: {
            items: components["schemas"]["MyAuditEvent"][];
            /** @description Pass it as `cursor` for the next page */
            next_cursor: string | null;
        };
        MyAuditEvent: {
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            id: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            created_at: string;
            /** @example account.role_changed */
            kind: string;
            /**
             * Format: uuid
             * @description The organization concerned, if any
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            organization_id: string | null;
            request_id: string | null;
            /** @description Present only if the request was certainly yours */
            network: string | null;
            /**
             * @example {
             *       "role": "admin"
             *     }
             */
            details: {
                [key: string]: string;
            };
            /** @enum {string} */
            actor: "you" | "member" | "administrator" | "not_signed_in";
        };
        Export: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            exported_at: string;
            /** @description False if a list was too long to be included in full */
            is_complete: boolean;
            profile: components["schemas"]["User"];
            items: {
                /**
                 * Format: uuid
                 * @example 019abc12-3456-7def-8abc-1234567890ab
                 */
                id: string;
                /**
                 * Format: uuid
                 * @example 019abc12-3456-7def-8abc-1234567890ab
                 */
                owner_id: string;
                /** @example Analytical engine */
                title: string;
                /** @example Weaves algebraic patterns */
                description: string | null;
                is_public: boolean;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                updated_at: string;
                is_deleted: boolean;
            }[];
            /** @description The rows of your other resources, each under the name of its table */
            resources: {
                [key: string]: {
                    [key: string]: unknown;
                }[];
            };
            memberships: {
                /** @example Analytical Engines */
                name: string;
                /** @example analytical-engines */
                slug: string;
                /**
                 * @description Your role
                 * @example owner
                 */
                role: string;
                /**
                 * Format: uuid
                 * @example 019abc12-3456-7def-8abc-1234567890ab
                 */
                organization_id: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                joined_at: string;
            }[];
            attachments: components["schemas"]["Attachment"][];
            sessions: {
                /**
                 * Format: uuid
                 * @example 019abc12-3456-7def-8abc-1234567890ab
                 */
                id: string;
                user_agent: string | null;
                network: string | null;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                last_used_at: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                expires_at: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                ended_at: string | null;
            }[];
            api_keys: {
                /**
                 * Format: uuid
                 * @description Also in the key itself, without the dashes
                 * @example 019abc12-3456-7def-8abc-1234567890ab
                 */
                id: string;
                name: string;
                permissions: string[];
                networks: string[];
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                expires_at: string | null;
                /**
                 * Format: date-time
                 * @description To the hour
                 * @example 2026-11-23T09:30:00.000Z
                 */
                last_used_at: string | null;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                created_at: string;
                /**
                 * Format: uuid
                 * @example 019abc12-3456-7def-8abc-1234567890ab
                 */
                organization_id: string | null;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                revoked_at: string | null;
            }[];
            audit_events: components["schemas"]["MyAuditEvent"][];
            mails: {
                kind: string;
                recipient: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                sent_at: string | null;
            }[];
            mailed_links: {
                purpose: string;
                email: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                expires_at: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-11-23T09:30:00.000Z
                 */
                used_at: string | null;
            }[];
        };
        Attachment: {
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            id: string;
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            item_id: string;
            /** @example Plan.pdf */
            name: string;
            /** @example application/pdf */
            type: string;
            /**
             * @description Bytes
             * @example 12345
             */
            size: number;
            /**
             * @description The digest of the bytes, in hex
             * @example 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
             */
            sha256: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            created_at: string;
        };
        NewApiKey: components["schemas"]["ApiKey"] & {
            /** @description Shown once: only a hash of it is kept */
            key: string;
        };
        ApiKey: {
            /**
             * Format: uuid
             * @description Also in the key itself, without the dashes
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            id: string;
            name: string;
            /**
             * Format: uuid
             * @description The user who made it
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            made_by: string;
            permissions: string[];
            networks: string[];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @description To the hour
             * @example 2026-11-23T09:30:00.000Z
             */
            last_used_at: string | null;
            /**
             * Format: date-time
             * @description The time at which the secret from before the last rotation stops working
             * @example 2026-11-23T09:30:00.000Z
             */
            previous_until: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            updated_at: string;
        };
        ApiKeyCreate: {
            /**
             * @description Unique among the owner's keys, in any letter case
             * @example Nightly import
             */
            name: string;
            /**
             * @description All that the key may do, and never more than you may
             * @example [
             *       "items:read"
             *     ]
             */
            permissions: ("organization:update" | "organization:delete" | "organization:transfer" | "members:manage" | "roles:manage" | "keys:manage" | "audit:read" | "items:read" | "items:write")[];
            /**
             * @description The addresses and networks (CIDR) that the key may be used from; an empty list means any. Each has one text, such as 203.0.113.0/24 for 203.0.113.7/24
             * @example [
             *       "203.0.113.0/24",
             *       "2001:db8::/32"
             *     ]
             */
            networks?: string[];
            /**
             * Format: date-time
             * @description In the future; null for a key that does not expire
             * @example 2030-01-01T00:00:00.000Z
             */
            expires_at?: string | null;
        };
        ApiKeyPage: {
            items: components["schemas"]["ApiKey"][];
            /** @description Pass it as `cursor` for the next page */
            next_cursor: string | null;
        };
        ApiKeyUpdate: {
            /**
             * @description Unique among the owner's keys, in any letter case
             * @example Nightly import
             */
            name?: string;
            /**
             * @description All that the key may do, and never more than you may
             * @example [
             *       "items:read"
             *     ]
             */
            permissions?: ("organization:update" | "organization:delete" | "organization:transfer" | "members:manage" | "roles:manage" | "keys:manage" | "audit:read" | "items:read" | "items:write")[];
            /**
             * @description The addresses and networks (CIDR) that the key may be used from; an empty list means any. Each has one text, such as 203.0.113.0/24 for 203.0.113.7/24
             * @example [
             *       "203.0.113.0/24",
             *       "2001:db8::/32"
             *     ]
             */
            networks?: string[];
            /**
             * Format: date-time
             * @description In the future; null for a key that does not expire
             * @example 2030-01-01T00:00:00.000Z
             */
            expires_at?: string | null;
        };
        ApiKeyRotation: {
            /**
             * @description The seconds for which the current secret works on; a day if left out
             * @example 3600
             */
            overlap_seconds?: number;
        };
        AuditEventPage: {
            items: components["schemas"]["AuditEvent"][];
            /** @description Pass it as `cursor` for the next page */
            next_cursor: string | null;
        };
        AuditEvent: {
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            id: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            created_at: string;
            /** @example account.role_changed */
            kind: string;
            /**
             * Format: uuid
             * @description The account concerned, if known
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            user_id: string | null;
            /**
             * Format: uuid
             * @description The user who acted, if signed in
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            actor_id: string | null;
            /**
             * Format: uuid
             * @description The organization concerned, if any
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            organization_id: string | null;
            request_id: string | null;
            /** @description The network from which the request came */
            network: string | null;
            /**
             * @example {
             *       "role": "admin"
             *     }
             */
            details: {
                [key: string]: string;
            };
        };
        /** @enum {string} */
        AuditKind: "account.created" | "account.deleted" | "account.restored" | "account.purged" | "account.activated" | "account.deactivated" | "account.exported" | "account.role_changed" | "api_key.changed" | "api_key.created" | "api_key.revoked" | "api_key.rotated" | "email.change_requested" | "email.changed" | "email.verification_requested" | "email.verified" | "invitation.declined" | "invitation.revoked" | "invitation.sent" | "member.joined" | "member.left" | "member.removed" | "member.role_changed" | "organization.created" | "organization.deleted" | "organization.restored" | "organization.role_changed" | "organization.role_created" | "organization.role_deleted" | "organization.transfer_cancelled" | "organization.transfer_offered" | "organization.transferred" | "organization.updated" | "password.changed" | "password.proved" | "password.reset" | "password.reset_requested" | "session.ended" | "session.replayed" | "sessions.ended" | "sign_in.failed" | "sign_in.new_network" | "sign_in.succeeded" | "sign_in.throttled" | "task.cancelled" | "task.retried" | "username.changed";
        Organization: {
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            id: string;
            /** @example Analytical Engines */
            name: string;
            /** @example analytical-engines */
            slug: string;
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            owner_id: string;
            /**
             * Format: uuid
             * @description The member to whom the owner has offered it
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            next_owner_id: string | null;
            /**
             * @description Your role
             * @example owner
             */
            role: string;
            /** @description Your permissions */
            permissions: components["schemas"]["Permission"][];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            updated_at: string;
            /**
             * @description The version, for `If-Match`
             * @example "1"
             */
            etag: string;
        };
        OrganizationCreate: {
            /** @example Analytical Engines */
            name: string;
            /** @example analytical-engines */
            slug: string;
        };
        OrganizationPage: {
            items: components["schemas"]["Organization"][];
            /** @description Pass it as `cursor` for the next page */
            next_cursor: string | null;
        };
        OrganizationUpdate: {
            /** @example Analytical Engines */
            name?: string;
            /** @example analytical-engines */
            slug?: string;
        };
        OrganizationTransfer: {
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            user_id: string;
        };
        OrganizationAuditEventPage: {
            items: components["schemas"]["OrganizationAuditEvent"][];
            /** @description Pass it as `cursor` for the next page */
            next_cursor: string | null;
        };
        OrganizationAuditEvent: {
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            id: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            created_at: string;
            /** @example account.role_changed */
            kind: string;
            /**
             * Format: uuid
             * @description The account concerned, if known
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            user_id: string | null;
            /**
             * Format: uuid
             * @description The user who acted, if signed in
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            actor_id: string | null;
            /**
             * Format: uuid
             * @description The organization concerned, if any
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            organization_id: string | null;
            request_id: string | null;
            /**
             * @example {
             *       "role": "admin"
             *     }
             */
            details: {
                [key: string]: string;
            };
        };
        MemberPage: {
            items: components["schemas"]["Member"][];
            /** @description Pass it as `cursor` for the next page */
            next_cursor: string | null;
        };
        Member: components["schemas"]["PublicProfile"] & {
            /** @example ada@example.com */
            email: string;
            /** @example member */
            role: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            joined_at: string;
        };
        PublicProfile: {
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            id: string;
            /** @example ada */
            username: string;
            /** @example Ada Lovelace */
            full_name: string | null;
        };
        MemberUpdate: {
            /** @example member */
            role: string;
        };
        CustomRoleList: {
            items: components["schemas"]["CustomRole"][];
        };
        CustomRole: {
            /** @example support */
            name: string;
            permissions: components["schemas"]["Permission"][];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            created_at: string;
        };
        CustomRoleCreate: {
            /** @example support */
            name: string;
            permissions: components["schemas"]["Permission"][];
        };
        CustomRoleUpdate: {
            permissions: components["schemas"]["Permission"][];
        };
        Invitation: {
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            id: string;
            /** @example grace@example.com */
            email: string;
            /** @example member */
            role: string;
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            invited_by: string | null;
            /** @enum {string} */
            status: "open" | "expired" | "accepted" | "declined" | "revoked";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            sent_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            expires_at: string;
        };
        InvitationCreate: {
            /**
             * Format: email
             * @example ada@example.com
             */
            email: string;
            /**
             * @description `member` by default
             * @example member
             */
            role?: string;
        };
        InvitationPage: {
            items: components["schemas"]["Invitation"][];
            /** @description Pass it as `cursor` for the next page */
            next_cursor: string | null;
        };
        InvitationToken: {
            /**
             * @description From the mailed link
             * @example rvn1dxHNDhKyh9BRsPWDIxUTZGZ1Gyfv-JZhzPMmeps
             */
            token: string;
        };
        TaskPage: {
            items: components["schemas"]["TaskSummary"][];
            /** @description Pass it as `cursor` for the next page */
            next_cursor: string | null;
        };
        TaskSummary: {
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            id: string;
            /** @example orders/send-receipt */
            name: string;
            /** @description Only one task of a name waits under a key */
            key: string | null;
            state: components["schemas"]["TaskState"];
            /** @description The attempts so far, including a running one */
            attempt: number;
            /**
             * Format: date-time
             * @description The time of its next attempt; while it runs, the end of its lease; null once it has ended
             * @example 2026-11-23T09:30:00.000Z
             */
            run_at: string | null;
            /** @description The reason why its last attempt failed */
            error: string | null;
            /** @description The request that caused it */
            request_id: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            finished_at: string | null;
        };
        /** @enum {string} */
        TaskState: "waiting" | "running" | "done" | "dead" | "cancelled";
        Task: components["schemas"]["TaskSummary"] & {
            /**
             * @description As it was enqueued
             * @example {
             *       "id": "019abc12-3456-7def-8abc-1234567890ab"
             *     }
             */
            input?: unknown;
        };
        TasksRetried: {
            retried: number;
            /** @description False if there may be more: a call retries 10000 tasks */
            is_complete: boolean;
        };
        TasksRetry: {
            /** @example mails/send */
            name: string;
            /**
             * @description `dead` if it is left out
             * @enum {string}
             */
            state?: "dead" | "cancelled" | "waiting";
            /**
             * @description Only tasks whose last attempt failed for this reason
             * @example api.resend.com answered 401
             */
            error?: string;
        };
        Metrics: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            read_at: string;
            /** @description Names without a task in one of these states are left out */
            tasks: components["schemas"]["TaskDepth"][];
            /** @description False if some were not counted: 10,000 of each state are */
            is_complete: boolean;
            /** @description Tasks with `every` whose time passed unnoticed */
            late_schedules: string[];
            /** @description The largest first */
            tables: components["schemas"]["TableSize"][];
        };
        TaskDepth: {
            /** @example mails/send */
            name: string;
            /** @description For their time, or to be claimed */
            waiting: number;
            /** @description Those of them whose time has come */
            due: number;
            running: number;
            /** @description After their last attempt: each needs a person */
            dead: number;
            /** @description The seconds for which the first due one has waited */
            oldest_due_seconds: number | null;
        };
        TableSize: {
            /** @example audit_events */
            name: string;
            /** @description As PostgreSQL's planner knows it */
            estimated_rows: number;
            /** @description On disk, with its indexes */
            bytes: number;
        };
        PublicItemPage: {
            items: components["schemas"]["PublicItem"][];
            /** @description Pass it as `cursor` for the next page */
            next_cursor: string | null;
        };
        PublicItem: {
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            id: string;
            /** @example Analytical engine */
            title: string;
            /** @example Weaves algebraic patterns */
            description: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            updated_at: string;
            owner: components["schemas"]["PublicProfile"];
        };
        Item: {
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            id: string;
            /**
             * Format: uuid
             * @example 019abc12-3456-7def-8abc-1234567890ab
             */
            owner_id: string;
            /** @example Analytical engine */
            title: string;
            /** @example Weaves algebraic patterns */
            description: string | null;
            is_public: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            updated_at: string;
            /**
             * @description The version, for `If-Match`
             * @example "1"
             */
            etag: string;
            /** @description Present with `include=owner`; null if the account is gone */
            owner?: {
                /**
                 * Format: uuid
                 * @example 019abc12-3456-7def-8abc-1234567890ab
                 */
                id: string;
                /** @example ada */
                username: string;
                /** @example Ada Lovelace */
                full_name: string | null;
            } | null;
        };
        ItemCreate: {
            /** @example Analytical engine */
            title: string;
            /** @example Weaves algebraic patterns */
            description?: string | null;
            /** @description True to let anybody read it, with its owner's public profile, at /public/items */
            is_public?: boolean;
        };
        ItemBatchResult: {
            /** @description In the order of the operations */
            results: ({
                /** @enum {string} */
                op: "create";
                /**
                 * @description The version, for `If-Match`
                 * @example "1"
                 */
                etag: string;
                item: components["schemas"]["Item"];
            } | {
                /** @enum {string} */
                op: "update";
                /**
                 * @description The version, for `If-Match`
                 * @example "1"
                 */
                etag: string;
                item: components["schemas"]["Item"];
            } | {
                /** @enum {string} */
                op: "delete";
                /**
                 * Format: uuid
                 * @example 019abc12-3456-7def-8abc-1234567890ab
                 */
                id: string;
            })[];
        };
        ItemBatch: {
            /**
             * @example [
             *       {
             *         "op": "create",
             *         "item": {
             *           "title": "Analytical engine"
             *         }
             *       }
             *     ]
             */
            operations: ({
                /** @enum {string} */
                op: "create";
                item: components["schemas"]["ItemCreate"];
            } | {
                /** @enum {string} */
                op: "update";
                /**
                 * Format: uuid
                 * @example 019abc12-3456-7def-8abc-1234567890ab
                 */
                id: string;
                /**
                 * @description Apply only if the item's `ETag` is still this one
                 * @example "1"
                 */
                if_match?: string;
                item: components["schemas"]["ItemUpdate"];
            } | {
                /** @enum {string} */
                op: "delete";
                /**
                 * Format: uuid
                 * @example 019abc12-3456-7def-8abc-1234567890ab
                 */
                id: string;
                /**
                 * @description Apply only if the item's `ETag` is still this one
                 * @example "1"
                 */
                if_match?: string;
            })[];
        };
        ItemUpdate: {
            /** @example Analytical engine */
            title?: string;
            /** @example Weaves algebraic patterns */
            description?: string | null;
            /** @description True to let anybody read it, with its owner's public profile, at /public/items */
            is_public?: boolean;
        };
        ItemPage: {
            items: components["schemas"]["Item"][];
            /** @description Pass it as `cursor` for the next page */
            next_cursor: string | null;
            /** @description The number of matches; present with `include=total` */
            total?: number;
        };
        AttachmentPage: {
            items: components["schemas"]["Attachment"][];
            /** @description Pass it as `cursor` for the next page */
            next_cursor: string | null;
        };
        KeySet: {
            keys: {
                /** @enum {string} */
                kty: "OKP" | "EC";
                /** @enum {string} */
                crv: "Ed25519" | "P-256";
                x: string;
                y?: string;
                kid: string;
                /** @enum {string} */
                use: "sig";
                /** @enum {string} */
                alg: "EdDSA" | "ES256";
            }[];
        };
        ServerMetadata: {
            /** @example https://api.example.com */
            issuer: string;
            token_endpoint: string;
            revocation_endpoint: string;
            jwks_uri: string;
            grant_types_supported: string[];
            response_types_supported: string[];
            scopes_supported: string[];
            token_endpoint_auth_methods_supported: string[];
            revocation_endpoint_auth_methods_supported: string[];
        };
        Health: {
            /** @enum {string} */
            status: "ok";
        };
        Readiness: {
            /** @enum {string} */
            status: "ok";
            /** @enum {string} */
            tasks: "on_time" | "late";
        };
        Version: {
            /**
             * @description The setting `VERSION`
             * @example 1.0.0
             */
            version: string;
            /** @description Null if `npm run ship` did not upload it */
            commit: string | null;
            /** @description Cloudflare's id of the uploaded version */
            build: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-11-23T09:30:00.000Z
             */
            uploaded_at: string | null;
            /**
             * @description The last migration that it was built with
             * @example 0000_init
             */
            schema: string;
        };
    };
    responses: {
        /** @description `bad_request`: The request could not be parsed. `invalid_grant`: Incorrect username or password. `email_not_verified`: Verify your e-mail address first: we have sent you a link. `account_deleted`: This account was deleted. To restore it, send the same fields to POST /auth/restore. `invalid_request`: The request is not valid. `unsupported_grant_type`: This endpoint does not support that grant_type. `invalid_refresh_token`: The refresh token is not valid. */
        "oauth.bad_request.invalid_grant.email_not_verified.account_deleted.invalid_request.unsupported_grant_type.invalid_refresh_token": {
            headers: {
                "Set-Cookie": components["headers"]["Set-Cookie"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthProblem"] & {
                    /** @enum {string} */
                    code: "bad_request" | "invalid_grant" | "email_not_verified" | "account_deleted" | "invalid_request" | "unsupported_grant_type" | "invalid_refresh_token";
                };
            };
        };
        /** @description `origin_not_allowed`: A refresh cookie is accepted only from a page of an allowed origin. */
        "oauth.origin_not_allowed": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthProblem"] & {
                    /** @enum {string} */
                    code: "origin_not_allowed";
                };
            };
        };
        /** @description `request_timeout`: The body did not arrive in time. */
        "oauth.request_timeout": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthProblem"] & {
                    /** @enum {string} */
                    code: "request_timeout";
                };
            };
        };
        /** @description `payload_too_large`: The body is larger than 1 MiB. */
        "oauth.payload_too_large": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthProblem"] & {
                    /** @enum {string} */
                    code: "payload_too_large";
                };
            };
        };
        /** @description `unsupported_media_type`: This path does not accept the Content-Type of the body. */
        "oauth.unsupported_media_type.Accept-Post": {
            headers: {
                "Accept-Post": components["headers"]["Accept-Post"];
                "Accept-Encoding": components["headers"]["Accept-Encoding"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthProblem"] & {
                    /** @enum {string} */
                    code: "unsupported_media_type";
                };
            };
        };
        /** @description `too_many_requests`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
        "oauth.too_many_requests.too_many_attempts": {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthProblem"] & {
                    /** @enum {string} */
                    code: "too_many_requests" | "too_many_attempts";
                };
            };
        };
        /** @description `internal`: Something went wrong on our side. */
        "oauth.internal": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthProblem"] & {
                    /** @enum {string} */
                    code: "internal" | "unreadable";
                };
            };
        };
        /** @description `overloaded`: There are too many requests right now. `busy`: Too many passwords are being checked right now. `database_unavailable`: The database cannot be reached right now. `not_ready`: The database has not been migrated to this version yet. `misconfigured`: The service is not configured correctly. */
        "oauth.overloaded.busy.database_unavailable.not_ready.misconfigured": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthProblem"] & {
                    /** @enum {string} */
                    code: "overloaded" | "busy" | "database_unavailable" | "not_ready" | "misconfigured";
                };
            };
        };
        /** @description `bad_request`: The request could not be parsed. `invalid_grant`: Incorrect username or password. `email_not_verified`: Verify your e-mail address first: we have sent you a link. `invalid_request`: The request is not valid. `unsupported_grant_type`: This endpoint does not support that grant_type. */
        "oauth.bad_request.invalid_grant.email_not_verified.invalid_request.unsupported_grant_type": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthProblem"] & {
                    /** @enum {string} */
                    code: "bad_request" | "invalid_grant" | "email_not_verified" | "invalid_request" | "unsupported_grant_type";
                };
            };
        };
        /** @description `email_taken`: This e-mail address is already registered. `username_taken`: This username is already taken. */
        "oauth.email_taken.elsewhere.username_taken.elsewhere": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthProblem"] & {
                    /** @enum {string} */
                    code: "email_taken" | "username_taken";
                };
            };
        };
        /** @description `bad_request`: The request could not be parsed. `invalid_request`: The request is not valid. `unsupported_grant_type`: This endpoint does not support that grant_type. `invalid_refresh_token`: The refresh token is not valid. */
        "oauth.bad_request.invalid_request.unsupported_grant_type.invalid_refresh_token": {
            headers: {
                "Set-Cookie": components["headers"]["Set-Cookie"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthProblem"] & {
                    /** @enum {string} */
                    code: "bad_request" | "invalid_request" | "unsupported_grant_type" | "invalid_refresh_token";
                };
            };
        };
        /** @description `too_many_requests`: Too many requests. */
        "oauth.too_many_requests": {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthProblem"] & {
                    /** @enum {string} */
                    code: "too_many_requests";
                };
            };
        };
        /** @description `overloaded`: There are too many requests right now. `database_unavailable`: The database cannot be reached right now. `not_ready`: The database has not been migrated to this version yet. `misconfigured`: The service is not configured correctly. */
        "oauth.overloaded.database_unavailable.not_ready.misconfigured": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthProblem"] & {
                    /** @enum {string} */
                    code: "overloaded" | "database_unavailable" | "not_ready" | "misconfigured";
                };
            };
        };
        /** @description `bad_request`: The request could not be parsed. */
        bad_request: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "bad_request";
                };
            };
        };
        /** @description `origin_not_allowed`: A refresh cookie is accepted only from a page of an allowed origin. */
        origin_not_allowed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "origin_not_allowed";
                };
            };
        };
        /** @description `request_timeout`: The body did not arrive in time. */
        request_timeout: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "request_timeout";
                };
            };
        };
        /** @description `payload_too_large`: The body is larger than 1 MiB. */
        payload_too_large: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "payload_too_large";
                };
            };
        };
        /** @description `unsupported_media_type`: This path does not accept the Content-Type of the body. */
        "unsupported_media_type.Accept-Post": {
            headers: {
                "Accept-Post": components["headers"]["Accept-Post"];
                "Accept-Encoding": components["headers"]["Accept-Encoding"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "unsupported_media_type";
                };
            };
        };
        /** @description `validation_failed`: The request is not valid. */
        validation_failed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "validation_failed";
                };
            };
        };
        /** @description `too_many_requests`: Too many requests. */
        too_many_requests: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "too_many_requests";
                };
            };
        };
        /** @description `internal`: Something went wrong on our side. */
        internal: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "internal" | "unreadable";
                };
            };
        };
        /** @description `overloaded`: There are too many requests right now. `database_unavailable`: The database cannot be reached right now. `not_ready`: The database has not been migrated to this version yet. `misconfigured`: The service is not configured correctly. */
        "overloaded.database_unavailable.not_ready.misconfigured": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "overloaded" | "database_unavailable" | "not_ready" | "misconfigured";
                };
            };
        };
        /** @description `bad_request`: The request could not be parsed. `invalid_request`: The request is not valid. */
        "oauth.bad_request.invalid_request": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthProblem"] & {
                    /** @enum {string} */
                    code: "bad_request" | "invalid_request";
                };
            };
        };
        /** @description `bad_request`: The request could not be parsed. `invalid_refresh_token`: The refresh token is not valid. */
        "bad_request.invalid_refresh_token": {
            headers: {
                "Set-Cookie": components["headers"]["Set-Cookie"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "bad_request" | "invalid_refresh_token";
                };
            };
        };
        /** @description `not_authenticated`: Not authenticated. */
        not_authenticated: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "not_authenticated";
                };
            };
        };
        /** @description `invalid_cursor`: The cursor does not belong to this list. */
        invalid_cursor: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "invalid_cursor";
                };
            };
        };
        /** @description `not_authenticated`: Not authenticated. `invalid_token`: The access token or API key is not valid. */
        "not_authenticated.invalid_token": {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "not_authenticated" | "invalid_token";
                };
            };
        };
        /** @description `not_found`: Not found. */
        not_found: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "not_found";
                };
            };
        };
        /** @description `bad_request`: The request could not be parsed. `invalid_one_time_token`: The link has expired, was used before, or was replaced by a newer one. */
        "bad_request.invalid_one_time_token": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "bad_request" | "invalid_one_time_token";
                };
            };
        };
        /** @description `email_taken`: This e-mail address is already registered. */
        "email_taken.elsewhere": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "email_taken";
                };
            };
        };
        /** @description `overloaded`: There are too many requests right now. `busy`: Too many passwords are being checked right now. `database_unavailable`: The database cannot be reached right now. `not_ready`: The database has not been migrated to this version yet. `misconfigured`: The service is not configured correctly. */
        "overloaded.busy.database_unavailable.not_ready.misconfigured": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "overloaded" | "busy" | "database_unavailable" | "not_ready" | "misconfigured";
                };
            };
        };
        /** @description `wrong_password`: The current password is not correct. */
        wrong_password: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "wrong_password";
                };
            };
        };
        /** @description `too_many_requests`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
        "too_many_requests.too_many_attempts": {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "too_many_requests" | "too_many_attempts";
                };
            };
        };
        /** @description `signup_closed`: Sign-up is closed. */
        signup_closed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "signup_closed";
                };
            };
        };
        /** @description `email_taken`: This e-mail address is already registered. `username_taken`: This username is already taken. */
        "email_taken.username_taken": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "email_taken" | "username_taken";
                };
            };
        };
        /** @description `forbidden`: You are not allowed to do this. */
        forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "forbidden";
                };
            };
        };
        /** @description `precondition_failed`: The resource has changed since you read it. Fetch it again and retry. */
        precondition_failed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "precondition_failed";
                };
            };
        };
        /** @description `username_taken`: This username is already taken. `last_admin`: This is the last active admin. */
        "username_taken.last_admin": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "username_taken" | "last_admin";
                };
            };
        };
        /** @description `unsupported_media_type`: This path does not accept the Content-Type of the body. */
        "unsupported_media_type.Accept-Patch": {
            headers: {
                "Accept-Patch": components["headers"]["Accept-Patch"];
                "Accept-Encoding": components["headers"]["Accept-Encoding"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "unsupported_media_type";
                };
            };
        };
        /** @description `precondition_required`: Send If-Match with the version that you want to change. */
        precondition_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "precondition_required";
                };
            };
        };
        /** @description `unsupported_media_type`: This path does not accept the Content-Type of the body. */
        unsupported_media_type: {
            headers: {
                Accept: components["headers"]["Accept"];
                "Accept-Encoding": components["headers"]["Accept-Encoding"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "unsupported_media_type";
                };
            };
        };
        /** @description `owner_required`: An organization needs its owner: transfer or delete it first. `last_admin`: This is the last active admin. */
        "owner_required.last_admin": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "owner_required" | "last_admin";
                };
            };
        };
        /** @description `not_authenticated`: Not authenticated. `invalid_token`: The access token or API key is not valid. `insufficient_user_authentication`: Prove your password again first: send it to POST /auth/password/confirm. */
        "not_authenticated.invalid_token.insufficient_user_authentication": {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "not_authenticated" | "invalid_token" | "insufficient_user_authentication";
                };
            };
        };
        /** @description `email_taken`: This e-mail address is already registered. `username_taken`: This username is already taken. `last_admin`: This is the last active admin. */
        "email_taken.username_taken.last_admin": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "email_taken" | "username_taken" | "last_admin";
                };
            };
        };
        /** @description `email_taken`: This e-mail address is already registered. `username_taken`: This username is already taken. */
        "email_taken.elsewhere.username_taken.elsewhere": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "email_taken" | "username_taken";
                };
            };
        };
        /** @description `name_taken`: This name is already in use. `quota_exceeded`: The limit for this kind of resource is reached. Deleted resources count until they are purged. */
        "name_taken.quota_exceeded": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "name_taken" | "quota_exceeded";
                };
            };
        };
        /** @description `name_taken`: This name is already in use. */
        name_taken: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "name_taken";
                };
            };
        };
        /** @description `conflict`: The request conflicts with existing data. */
        conflict: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "conflict";
                };
            };
        };
        /** @description `permission_required`: You lack the permission this requires. */
        permission_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "permission_required";
                };
            };
        };
        /** @description `organization_name_taken`: An organization with this name already exists. `slug_taken`: This slug is taken, or was given up recently. `quota_exceeded`: The limit for this kind of resource is reached. Deleted resources count until they are purged. `idempotency_key_in_use`: A request with this Idempotency-Key is still running. */
        "organization_name_taken.slug_taken.quota_exceeded.idempotency_key_in_use": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "organization_name_taken" | "slug_taken" | "quota_exceeded" | "idempotency_key_in_use";
                };
            };
        };
        /** @description `idempotency_key_reused`: This Idempotency-Key was already used for a different request. `validation_failed`: The request is not valid. */
        "idempotency_key_reused.validation_failed": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "idempotency_key_reused" | "validation_failed";
                };
            };
        };
        /** @description `organization_name_taken`: An organization with this name already exists. `slug_taken`: This slug is taken, or was given up recently. */
        "organization_name_taken.slug_taken": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "organization_name_taken" | "slug_taken";
                };
            };
        };
        /** @description `organization_name_taken`: An organization with this name already exists. */
        "organization_name_taken.elsewhere": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "organization_name_taken";
                };
            };
        };
        /** @description `invalid_reference`: The request refers to a resource that does not exist. `validation_failed`: The request is not valid. */
        "invalid_reference.validation_failed": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "invalid_reference" | "validation_failed";
                };
            };
        };
        /** @description `quota_exceeded`: The limit for this kind of resource is reached. Deleted resources count until they are purged. */
        quota_exceeded: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "quota_exceeded";
                };
            };
        };
        /** @description `forbidden`: You are not allowed to do this. `permission_required`: You lack the permission this requires. */
        "forbidden.permission_required": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "forbidden" | "permission_required";
                };
            };
        };
        /** @description `owner_required`: An organization needs its owner: transfer or delete it first. */
        owner_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "owner_required";
                };
            };
        };
        /** @description `role_taken`: A role with this name already exists. `quota_exceeded`: The limit for this kind of resource is reached. Deleted resources count until they are purged. */
        "role_taken.quota_exceeded": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "role_taken" | "quota_exceeded";
                };
            };
        };
        /** @description `still_referenced`: Another resource still refers to this one. */
        still_referenced: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "still_referenced";
                };
            };
        };
        /** @description `bad_request`: The request could not be parsed. `email_not_verified`: Verify your e-mail address first: we have sent you a link. */
        "bad_request.email_not_verified": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "bad_request" | "email_not_verified";
                };
            };
        };
        /** @description `already_member`: This user is already a member of the organization. `invitation_open`: This address has already been invited: send that invitation again instead. */
        "already_member.invitation_open": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "already_member" | "invitation_open";
                };
            };
        };
        /** @description `task_waiting`: Another task waits under the same key, and will do the same. `task_ended`: The state of the task does not allow this. */
        "task_waiting.task_ended": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "task_waiting" | "task_ended";
                };
            };
        };
        /** @description `task_ended`: The state of the task does not allow this. */
        task_ended: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "task_ended";
                };
            };
        };
        /** @description `bad_request`: The request could not be parsed. `invalid_cursor`: The cursor does not belong to this list. */
        "bad_request.invalid_cursor": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "bad_request" | "invalid_cursor";
                };
            };
        };
        /** @description `permission_required`: You lack the permission this requires. `network_not_allowed`: This API key must not be used from your network. */
        "permission_required.network_not_allowed": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "permission_required" | "network_not_allowed";
                };
            };
        };
        /** @description `quota_exceeded`: The limit for this kind of resource is reached. Deleted resources count until they are purged. `idempotency_key_in_use`: A request with this Idempotency-Key is still running. */
        "quota_exceeded.idempotency_key_in_use": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "quota_exceeded" | "idempotency_key_in_use";
                };
            };
        };
        /** @description `forbidden`: You are not allowed to do this. `permission_required`: You lack the permission this requires. `network_not_allowed`: This API key must not be used from your network. */
        "forbidden.permission_required.network_not_allowed": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "forbidden" | "permission_required" | "network_not_allowed";
                };
            };
        };
        /** @description `not_acceptable`: None of the available media types is acceptable. */
        not_acceptable: {
            headers: {
                Vary: components["headers"]["Vary"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "not_acceptable";
                };
            };
        };
        /** @description `length_required`: Send the size of the body in Content-Length. */
        length_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "length_required";
                };
            };
        };
        /** @description `payload_too_large`: The body is larger than 25 MB. */
        "payload_too_large.25_MB": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "payload_too_large";
                };
            };
        };
        /** @description `overloaded`: There are too many requests right now. `database_unavailable`: The database cannot be reached right now. `storage_unavailable`: The storage of files cannot be reached right now. `not_ready`: The database has not been migrated to this version yet. `misconfigured`: The service is not configured correctly. */
        "overloaded.database_unavailable.storage_unavailable.not_ready.misconfigured": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "overloaded" | "database_unavailable" | "storage_unavailable" | "not_ready" | "misconfigured";
                };
            };
        };
        /** @description `range_not_satisfiable`: The file has no bytes in this range. */
        range_not_satisfiable: {
            headers: {
                "Content-Range": components["headers"]["Content-Range"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "range_not_satisfiable";
                };
            };
        };
        /** @description `validation_failed`: The request is not valid. */
        "validation_failed.uncounted": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "validation_failed";
                };
            };
        };
        /** @description `internal`: Something went wrong on our side. */
        "internal.uncounted": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "internal" | "unreadable";
                };
            };
        };
        /** @description `database_unavailable`: The database cannot be reached right now. `not_ready`: The database has not been migrated to this version yet. `misconfigured`: The service is not configured correctly. */
        "database_unavailable.not_ready.misconfigured.uncounted": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "database_unavailable" | "not_ready" | "misconfigured";
                };
            };
        };
        /** @description `not_found`: Not found. */
        "not_found.uncounted": {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "not_found";
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description The refresh token, or the end of its cookie */
        "Set-Cookie": string;
        /** @description `no-cache`, for old caches (RFC 6749, section 5.1) */
        Pragma: string;
        /** @description Names the request in the log: the caller's own, or a new one */
        "X-Request-Id": string;
        /** @description The calls that the endpoint's class admits, once for each class that counts the call */
        "RateLimit-Policy": string;
        /** @description The media types that a body may have (W3C Linked Data Platform) */
        "Accept-Post": string;
        /** @description The content codings that a body may have */
        "Accept-Encoding": string;
        /** @description The limit that was reached, and the seconds until the next call is allowed */
        RateLimit: string;
        /** @description Seconds to wait */
        "Retry-After": number;
        /** @description The scheme, and RFC 6750's error */
        "WWW-Authenticate": string;
        /** @description The next page, as `rel="next"` (RFC 8288); absent on the last */
        Link: string;
        /** @description The version, for `If-None-Match` and `If-Match` */
        ETag: string;
        /** @description The URL of the new resource, or the target of the redirect */
        Location: string;
        /** @description The media types that a body may have (RFC 5789) */
        "Accept-Patch": string;
        /** @description The media types that a body may have */
        Accept: string;
        /** @description The name of the file */
        "Content-Disposition": string;
        /** @description `true` if the answer repeats that of an earlier request with the same `Idempotency-Key` */
        "Idempotent-Replayed": string;
        /** @description Seconds since the answer was made */
        Age: number;
        /** @description The time for which the answer may be kept; otherwise `no-store` */
        "Cache-Control": string;
        /** @description The request headers that the answer depends on */
        Vary: string;
        /** @description `bytes`: parts of the file can be asked for by `Range` */
        "Accept-Ranges": string;
        /** @description The SHA-256 of the whole file (RFC 9530) */
        "Repr-Digest": string;
        /** @description The part of the file that this is, and the size of the whole */
        "Content-Range": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    login: {
        parameters: {
            query?: {
                include?: "user"[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["TokenForm"];
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description An access token and a refresh token */
            200: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    Pragma: components["headers"]["Pragma"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            400: components["responses"]["oauth.bad_request.invalid_grant.email_not_verified.account_deleted.invalid_request.unsupported_grant_type.invalid_refresh_token"];
            403: components["responses"]["oauth.origin_not_allowed"];
            408: components["responses"]["oauth.request_timeout"];
            413: components["responses"]["oauth.payload_too_large"];
            415: components["responses"]["oauth.unsupported_media_type.Accept-Post"];
            429: components["responses"]["oauth.too_many_requests.too_many_attempts"];
            500: components["responses"]["oauth.internal"];
            503: components["responses"]["oauth.overloaded.busy.database_unavailable.not_ready.misconfigured"];
        };
    };
    restoreAccount: {
        parameters: {
            query?: {
                include?: "user"[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    /**
                     * @example password
                     * @enum {string}
                     */
                    grant_type?: "password";
                    /**
                     * @description Username or e-mail address
                     * @example ada
                     */
                    username: string;
                    /**
                     * Format: password
                     * @example correct horse battery
                     */
                    password: string;
                    /**
                     * @description The way of the refresh token: `cookie` keeps it out of reach of the page's scripts
                     * @example body
                     * @enum {string}
                     */
                    token_delivery?: "body" | "cookie";
                    /**
                     * @description Ignored: `api` is always granted
                     * @example
                     */
                    scope?: string;
                    /**
                     * @description Not needed
                     * @example
                     */
                    client_id?: string;
                    /**
                     * @description Not needed
                     * @example
                     */
                    client_secret?: string;
                };
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description An access token and a refresh token */
            200: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    Pragma: components["headers"]["Pragma"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            400: components["responses"]["oauth.bad_request.invalid_grant.email_not_verified.invalid_request.unsupported_grant_type"];
            403: components["responses"]["oauth.origin_not_allowed"];
            408: components["responses"]["oauth.request_timeout"];
            409: components["responses"]["oauth.email_taken.elsewhere.username_taken.elsewhere"];
            413: components["responses"]["oauth.payload_too_large"];
            415: components["responses"]["oauth.unsupported_media_type.Accept-Post"];
            429: components["responses"]["oauth.too_many_requests.too_many_attempts"];
            500: components["responses"]["oauth.internal"];
            503: components["responses"]["oauth.overloaded.busy.database_unavailable.not_ready.misconfigured"];
        };
    };
    refreshTokens: {
        parameters: {
            query?: {
                include?: "user"[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": {
                    /**
                     * @example refresh_token
                     * @enum {string}
                     */
                    grant_type?: "refresh_token";
                    /**
                     * @description From the last answer with tokens
                     * @example
                     */
                    refresh_token?: string;
                    /**
                     * @description Ignored: `api` is always granted
                     * @example
                     */
                    scope?: string;
                    /**
                     * @description Not needed
                     * @example
                     */
                    client_id?: string;
                    /**
                     * @description Not needed
                     * @example
                     */
                    client_secret?: string;
                };
                "application/json": components["schemas"]["Refresh"];
            };
        };
        responses: {
            /** @description The next tokens */
            200: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    Pragma: components["headers"]["Pragma"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            400: components["responses"]["oauth.bad_request.invalid_request.unsupported_grant_type.invalid_refresh_token"];
            403: components["responses"]["oauth.origin_not_allowed"];
            408: components["responses"]["oauth.request_timeout"];
            413: components["responses"]["oauth.payload_too_large"];
            415: components["responses"]["oauth.unsupported_media_type.Accept-Post"];
            429: components["responses"]["oauth.too_many_requests"];
            500: components["responses"]["oauth.internal"];
            503: components["responses"]["oauth.overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    resumeSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": {
                    /**
                     * @example refresh_token
                     * @enum {string}
                     */
                    grant_type?: "refresh_token";
                    /**
                     * @description From the last answer with tokens
                     * @example
                     */
                    refresh_token?: string;
                    /**
                     * @description Ignored: `api` is always granted
                     * @example
                     */
                    scope?: string;
                    /**
                     * @description Not needed
                     * @example
                     */
                    client_id?: string;
                    /**
                     * @description Not needed
                     * @example
                     */
                    client_secret?: string;
                };
                "application/json": components["schemas"]["Refresh"];
            };
        };
        responses: {
            /** @description The next tokens and the account */
            200: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    Pragma: components["headers"]["Pragma"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Resumed"];
                };
            };
            /** @description Nobody is signed in */
            204: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            403: components["responses"]["origin_not_allowed"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    /**
                     * @description An access token or a refresh token
                     * @example …
                     */
                    token: string;
                    /**
                     * @description Not needed
                     * @example refresh_token
                     */
                    token_type_hint?: string;
                    /**
                     * @description Not needed
                     * @example
                     */
                    client_id?: string;
                    /**
                     * @description Not needed
                     * @example
                     */
                    client_secret?: string;
                };
                "application/json": components["schemas"]["Revocation"];
            };
        };
        responses: {
            /** @description The token no longer works */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Revoked"];
                };
            };
            400: components["responses"]["oauth.bad_request.invalid_request"];
            408: components["responses"]["oauth.request_timeout"];
            413: components["responses"]["oauth.payload_too_large"];
            415: components["responses"]["oauth.unsupported_media_type.Accept-Post"];
            429: components["responses"]["oauth.too_many_requests"];
            500: components["responses"]["oauth.internal"];
            503: components["responses"]["oauth.overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["Logout"];
                "application/json": components["schemas"]["Logout"];
            };
        };
        responses: {
            /** @description Signed out */
            204: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request.invalid_refresh_token"];
            401: components["responses"]["not_authenticated"];
            403: components["responses"]["origin_not_allowed"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    listSessions: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of your sessions */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionPage"];
                };
            };
            400: components["responses"]["invalid_cursor"];
            401: components["responses"]["not_authenticated.invalid_token"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    endOtherSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    verifyEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailVerify"];
            };
        };
        responses: {
            /** @description Verified */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request.invalid_one_time_token"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    resendVerification: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailResend"];
            };
        };
        responses: {
            /** @description A mail will follow if the address needs to be verified */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    confirmEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailConfirm"];
            };
        };
        responses: {
            /** @description Changed */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request.invalid_one_time_token"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["email_taken.elsewhere"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    forgotPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordForgot"];
            };
        };
        responses: {
            /** @description A mail will follow if the account exists */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    resetPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordReset"];
            };
        };
        responses: {
            /** @description Set */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request.invalid_one_time_token"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.busy.database_unavailable.not_ready.misconfigured"];
        };
    };
    confirmPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordProof"];
            };
        };
        responses: {
            /** @description Proved */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["wrong_password"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests.too_many_attempts"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.busy.database_unavailable.not_ready.misconfigured"];
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description A part of the name, username or e-mail address, in any letter case */
                q?: string;
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of users */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserPage"];
                };
            };
            400: components["responses"]["invalid_cursor"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["forbidden"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserCreate"];
            };
        };
        responses: {
            /** @description The new user */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["bad_request"];
            403: components["responses"]["signup_closed"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["email_taken.username_taken"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.busy.database_unavailable.not_ready.misconfigured"];
        };
    };
    readMe: {
        parameters: {
            query?: {
                include?: "memberships"[];
            };
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Answer 304 if the current `ETag` is one of these */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Your account */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Not modified: your copy is current */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            412: components["responses"]["precondition_failed"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    updateMe: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Change only if the current `ETag` is none of these */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserUpdate"];
            };
        };
        responses: {
            /** @description Your changed account */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["forbidden"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["username_taken.last_admin"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Patch"];
            422: components["responses"]["validation_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    changeMyPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Changed */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["wrong_password"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests.too_many_attempts"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.busy.database_unavailable.not_ready.misconfigured"];
        };
    };
    changeMyEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailChange"];
            };
        };
        responses: {
            /** @description A mail will follow */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["wrong_password"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests.too_many_attempts"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.busy.database_unavailable.not_ready.misconfigured"];
        };
    };
    deleteMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountDeletion"];
            };
        };
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["wrong_password"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["owner_required.last_admin"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests.too_many_attempts"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.busy.database_unavailable.not_ready.misconfigured"];
        };
    };
    listMyAuditEvents: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MyAuditEventPage"];
                };
            };
            400: components["responses"]["invalid_cursor"];
            401: components["responses"]["not_authenticated.invalid_token"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    exportMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document, as a file to save */
            200: {
                headers: {
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Export"];
                };
            };
            401: components["responses"]["not_authenticated.invalid_token"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    readUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Answer 304 if the current `ETag` is one of these */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description Not modified: your copy is current */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            404: components["responses"]["not_found"];
            412: components["responses"]["precondition_failed"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Change only if the current `ETag` is none of these */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["owner_required.last_admin"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    updateUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Change only if the current `ETag` is none of these */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserUpdate"];
            };
        };
        responses: {
            /** @description The changed user */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["email_taken.username_taken.last_admin"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Patch"];
            422: components["responses"]["validation_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    restoreUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Change only if the current `ETag` is none of these */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The restored user */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["email_taken.elsewhere.username_taken.elsewhere"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    endUserSessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of your keys */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyPage"];
                };
            };
            400: components["responses"]["invalid_cursor"];
            401: components["responses"]["not_authenticated.invalid_token"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyCreate"];
            };
        };
        responses: {
            /** @description The new key */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiKey"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["name_taken.quota_exceeded"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    readApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            401: components["responses"]["not_authenticated.invalid_token"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    deleteApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    updateApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyUpdate"];
            };
        };
        responses: {
            /** @description The changed key */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["name_taken"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Patch"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    rotateApiKeySecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyRotation"];
            };
        };
        responses: {
            /** @description The key, with its new secret */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiKey"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    listOrganizationApiKeys: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of its keys */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyPage"];
                };
            };
            400: components["responses"]["invalid_cursor"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    createOrganizationApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyCreate"];
            };
        };
        responses: {
            /** @description The new key */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiKey"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["name_taken.quota_exceeded"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    readOrganizationApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    deleteOrganizationApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    updateOrganizationApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyUpdate"];
            };
        };
        responses: {
            /** @description The changed key */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["name_taken"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Patch"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    rotateOrganizationApiKeySecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyRotation"];
            };
        };
        responses: {
            /** @description The key, with its new secret */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiKey"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    listAuditEvents: {
        parameters: {
            query?: {
                user_id?: string;
                kind?: components["schemas"]["AuditKind"];
                /** @description At this time or later */
                after?: string;
                /** @description Before this time */
                before?: string;
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEventPage"];
                };
            };
            400: components["responses"]["invalid_cursor"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["forbidden"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    listOrganizations: {
        parameters: {
            query?: {
                /** @description `deleted` lists those of your own that can be restored */
                status?: "live" | "deleted";
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of organizations */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationPage"];
                };
            };
            400: components["responses"]["invalid_cursor"];
            401: components["responses"]["not_authenticated.invalid_token"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    createOrganization: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters. For 24 hours, the same request with the same key is not carried out again and gets the first answer, with `Idempotent-Replayed: true` */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganizationCreate"];
            };
        };
        responses: {
            /** @description The new organization */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["organization_name_taken.slug_taken.quota_exceeded.idempotency_key_in_use"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["idempotency_key_reused.validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    readOrganization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Answer 304 if the current `ETag` is one of these */
                "If-None-Match"?: string;
            };
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The organization */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            /** @description Not modified: your copy is current */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            412: components["responses"]["precondition_failed"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    deleteOrganization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Change only if the current `ETag` is none of these */
                "If-None-Match"?: string;
            };
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    updateOrganization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Change only if the current `ETag` is none of these */
                "If-None-Match"?: string;
            };
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganizationUpdate"];
            };
        };
        responses: {
            /** @description The changed organization */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["organization_name_taken.slug_taken"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Patch"];
            422: components["responses"]["validation_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    restoreOrganization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Change only if the current `ETag` is none of these */
                "If-None-Match"?: string;
            };
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The organization */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["organization_name_taken.elsewhere"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    offerOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganizationTransfer"];
            };
        };
        responses: {
            /** @description The organization */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["invalid_reference.validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    cancelOrganizationTransfer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no offer any more */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    acceptOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The organization */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["quota_exceeded"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    listOrganizationAuditEvents: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationAuditEventPage"];
                };
            };
            400: components["responses"]["invalid_cursor"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    listMembers: {
        parameters: {
            query?: {
                /** @description A part of the name, username or e-mail address, in any letter case */
                q?: string;
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of members */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberPage"];
                };
            };
            400: components["responses"]["invalid_cursor"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["forbidden.permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["owner_required"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    updateMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberUpdate"];
            };
        };
        responses: {
            /** @description The member */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            403: components["responses"]["forbidden.permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["owner_required"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Patch"];
            422: components["responses"]["invalid_reference.validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    leaveOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description You are no longer a member */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["owner_required"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    listRoles: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The roles, at most fifty */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomRoleList"];
                };
            };
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    createRole: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CustomRoleCreate"];
            };
        };
        responses: {
            /** @description The new role */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomRole"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            403: components["responses"]["forbidden.permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["role_taken.quota_exceeded"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    updateRole: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
                role: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CustomRoleUpdate"];
            };
        };
        responses: {
            /** @description The changed role */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomRole"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            403: components["responses"]["forbidden.permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    deleteRole: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
                role: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["forbidden.permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["still_referenced"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    listInvitations: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of invitations */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationPage"];
                };
            };
            400: components["responses"]["invalid_cursor"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    createInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationCreate"];
            };
        };
        responses: {
            /** @description The invitation, whose link is in the mail alone */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            400: components["responses"]["bad_request.email_not_verified"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            403: components["responses"]["forbidden.permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_member.invitation_open"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["invalid_reference.validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    revokeInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
                invitation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Withdrawn */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    resendInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: string;
                invitation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The invitation */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            400: components["responses"]["bad_request.email_not_verified"];
            401: components["responses"]["not_authenticated.invalid_token.insufficient_user_authentication"];
            403: components["responses"]["forbidden.permission_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    acceptInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationToken"];
            };
        };
        responses: {
            /** @description The organization, of which you are a member now */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["bad_request.invalid_one_time_token"];
            401: components["responses"]["not_authenticated.invalid_token"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["quota_exceeded"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    declineInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationToken"];
            };
        };
        responses: {
            /** @description Declined */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request.invalid_one_time_token"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    listTasks: {
        parameters: {
            query?: {
                name?: string;
                state?: components["schemas"]["TaskState"];
                /** @description Enqueued at this time or later */
                after?: string;
                /** @description Enqueued before this time */
                before?: string;
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tasks */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskPage"];
                };
            };
            400: components["responses"]["invalid_cursor"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["forbidden"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    readTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    retryTasks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TasksRetry"];
            };
        };
        responses: {
            /** @description The number of tasks that wait now */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TasksRetried"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["forbidden"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    retryTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task, which waits */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["task_waiting.task_ended"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    cancelTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cancelled task */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["task_ended"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    readMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state of the Worker's background */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Metrics"];
                };
            };
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["forbidden"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    listPublicItems: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Answer 304 if the current `ETag` is one of these */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of public items */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    Age: components["headers"]["Age"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicItemPage"];
                };
            };
            /** @description Not modified: your copy is current */
            304: {
                headers: {
                    Age: components["headers"]["Age"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request.invalid_cursor"];
            412: components["responses"]["precondition_failed"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    readPublicItem: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Answer 304 if the current `ETag` is one of these */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The item */
            200: {
                headers: {
                    Age: components["headers"]["Age"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicItem"];
                };
            };
            /** @description Not modified: your copy is current */
            304: {
                headers: {
                    Age: components["headers"]["Age"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            404: components["responses"]["not_found"];
            412: components["responses"]["precondition_failed"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    listItems: {
        parameters: {
            query?: {
                /** @description Prefix with `-` for descending order. Defaults to `-created_at`, or to `-relevance` with `q` */
                sort?: "created_at" | "-created_at" | "updated_at" | "-updated_at" | "title" | "-title" | "relevance" | "-relevance";
                /** @description At this time or later */
                created_after?: string;
                /** @description Before this time */
                created_before?: string;
                /** @description Words that must all occur in title or description */
                q?: string;
                /** @description `deleted` lists items that can still be restored */
                status?: "live" | "deleted";
                /** @description `total` counts the matches, which is costly on long lists */
                include?: ("owner" | "total")[];
                /** @description The owner of the items to list; for admins only */
                owner_id?: string;
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of your items */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemPage"];
                };
            };
            400: components["responses"]["invalid_cursor"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["forbidden.permission_required.network_not_allowed"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    createItem: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters. For 24 hours, the same request with the same key is not carried out again and gets the first answer, with `Idempotent-Replayed: true` */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ItemCreate"];
            };
        };
        responses: {
            /** @description The new item */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Item"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required.network_not_allowed"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["quota_exceeded.idempotency_key_in_use"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["idempotency_key_reused.validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    batchItems: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters. For 24 hours, the same request with the same key is not carried out again and gets the first answer, with `Idempotent-Replayed: true` */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ItemBatch"];
            };
        };
        responses: {
            /** @description One result per operation, in order */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemBatchResult"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required.network_not_allowed"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["quota_exceeded.idempotency_key_in_use"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["idempotency_key_reused.validation_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    exportItems: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of your items */
            200: {
                headers: {
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required.network_not_allowed"];
            406: components["responses"]["not_acceptable"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    readItem: {
        parameters: {
            query?: {
                include?: "owner"[];
            };
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Answer 304 if the current `ETag` is one of these */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The item */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Item"];
                };
            };
            /** @description Not modified: your copy is current */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required.network_not_allowed"];
            404: components["responses"]["not_found"];
            412: components["responses"]["precondition_failed"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    deleteItem: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Change only if the current `ETag` is none of these */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required.network_not_allowed"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    updateItem: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Change only if the current `ETag` is none of these */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ItemUpdate"];
            };
        };
        responses: {
            /** @description The changed item */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Item"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required.network_not_allowed"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type.Accept-Patch"];
            422: components["responses"]["validation_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    restoreItem: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Change only if the current `ETag` is none of these */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The item */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Item"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required.network_not_allowed"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    listAttachments: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                item_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of attachments */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttachmentPage"];
                };
            };
            400: components["responses"]["invalid_cursor"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required.network_not_allowed"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    createAttachment: {
        parameters: {
            query: {
                /** @description The name of the file */
                name: string;
            };
            header?: {
                /** @description The SHA-256 of the body, which is refused if it has another: `sha-256=:…:`, in base64 */
                "Repr-Digest"?: string;
            };
            path: {
                item_id: string;
            };
            cookie?: never;
        };
        /** @description At most 25 MB, within 300 s */
        requestBody: {
            content: {
                "image/png": Blob;
                "image/jpeg": Blob;
                "image/gif": Blob;
                "image/webp": Blob;
                "application/pdf": Blob;
            };
        };
        responses: {
            /** @description The new attachment */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attachment"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required.network_not_allowed"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["quota_exceeded"];
            411: components["responses"]["length_required"];
            413: components["responses"]["payload_too_large.25_MB"];
            415: components["responses"]["unsupported_media_type.Accept-Post"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.storage_unavailable.not_ready.misconfigured"];
        };
    };
    readAttachment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                item_id: string;
                attachment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The attachment */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attachment"];
                };
            };
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required.network_not_allowed"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    deleteAttachment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                item_id: string;
                attachment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required.network_not_allowed"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    downloadAttachment: {
        parameters: {
            query?: never;
            header?: {
                /** @description The part of the file to send, such as `bytes=0-999` or `bytes=-500` */
                Range?: string;
                /** @description Send the part only if the `ETag` is still this one, and else the whole */
                "If-Range"?: string;
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Answer 304 if the current `ETag` is one of these */
                "If-None-Match"?: string;
            };
            path: {
                item_id: string;
                attachment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    "Accept-Ranges": components["headers"]["Accept-Ranges"];
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    ETag: components["headers"]["ETag"];
                    "Repr-Digest": components["headers"]["Repr-Digest"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "image/png": Blob;
                    "image/jpeg": Blob;
                    "image/gif": Blob;
                    "image/webp": Blob;
                    "application/pdf": Blob;
                };
            };
            /** @description The part that was asked for */
            206: {
                headers: {
                    "Accept-Ranges": components["headers"]["Accept-Ranges"];
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    ETag: components["headers"]["ETag"];
                    "Repr-Digest": components["headers"]["Repr-Digest"];
                    "Content-Range": components["headers"]["Content-Range"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "image/png": Blob;
                    "image/jpeg": Blob;
                    "image/gif": Blob;
                    "image/webp": Blob;
                    "application/pdf": Blob;
                };
            };
            /** @description Not modified: your copy is current */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["not_authenticated.invalid_token"];
            403: components["responses"]["permission_required.network_not_allowed"];
            404: components["responses"]["not_found"];
            412: components["responses"]["precondition_failed"];
            416: components["responses"]["range_not_satisfiable"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.storage_unavailable.not_ready.misconfigured"];
        };
    };
    jwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The public keys */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeySet"];
                };
            };
            422: components["responses"]["validation_failed.uncounted"];
            500: components["responses"]["internal.uncounted"];
            503: components["responses"]["database_unavailable.not_ready.misconfigured.uncounted"];
        };
    };
    oauthMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metadata */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerMetadata"];
                };
            };
            422: components["responses"]["validation_failed.uncounted"];
            500: components["responses"]["internal.uncounted"];
            503: components["responses"]["database_unavailable.not_ready.misconfigured.uncounted"];
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alive */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            422: components["responses"]["validation_failed.uncounted"];
            500: components["responses"]["internal.uncounted"];
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    version: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is deployed */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    home: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The documentation is at `Location` */
            302: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["not_found.uncounted"];
            500: components["responses"]["internal.uncounted"];
            503: components["responses"]["database_unavailable.not_ready.misconfigured.uncounted"];
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: {
                /** @description Proceed only if the current `ETag` is one of these */
                "If-Match"?: string;
                /** @description Answer 304 if the current `ETag` is one of these */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document */
            200: {
                headers: {
                    Age: components["headers"]["Age"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Not modified: your copy is current */
            304: {
                headers: {
                    Age: components["headers"]["Age"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            404: components["responses"]["not_found"];
            412: components["responses"]["precondition_failed"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
    docs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            404: components["responses"]["not_found"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.database_unavailable.not_ready.misconfigured"];
        };
    };
}
