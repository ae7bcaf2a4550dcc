-- The whole of Plinth's schema: tables with their indexes first, then the functions and triggers that keep their rules.
-- Lets an index find a part of a name or an address.
create extension if not exists pg_trgm;
--> statement-breakpoint

-- Accounts. A deleted one keeps its row until the purge takes the personal part out of it.
create table users (
  id uuid primary key,
  email text not null,
  username text not null,
  full_name text,
  role text default 'user' not null,
  is_active boolean default true not null,
  password_hash text not null,
  email_verified_at timestamp(3) with time zone,
  reset_held_until timestamp(3) with time zone,
  deleted_by uuid,
  purged_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  deleted_at timestamp(3) with time zone,
  version integer default 1 not null,
  constraint users_role_check check (role in ('user', 'admin'))
);
--> statement-breakpoint
create unique index users_email_key on users (lower(email)) where deleted_at is null;
--> statement-breakpoint
create unique index users_username_key on users (lower(username)) where deleted_at is null;
--> statement-breakpoint
create index users_email_idx on users (lower(email));
--> statement-breakpoint
create index users_username_idx on users (lower(username));
--> statement-breakpoint
create index users_deleted_idx on users (deleted_at) where purged_at is null;
--> statement-breakpoint
create index users_hash_kind_idx on users (substring(password_hash from '^[$][^$]*[$][^$]*'));
--> statement-breakpoint
create index users_search_idx on users using gin (normalize(email) gin_trgm_ops,normalize(username) gin_trgm_ops,normalize(full_name) gin_trgm_ops);
--> statement-breakpoint

-- A resource that users own: the example to copy.
create table items (
  id uuid primary key,
  owner_id uuid not null,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  deleted_at timestamp(3) with time zone,
  version integer default 1 not null,
  title text not null,
  description text,
  is_public boolean default false not null,
  search tsvector generated always as (to_tsvector('simple'::regconfig, translate(normalize(coalesce(title, '') || ' ' || coalesce(description, '')), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~ ¡«·»¿–—‘’‚“”„†•…‹›', '                                                   '))) stored,
  constraint items_owner_id_users_id_fk foreign key (owner_id) references users(id)
);
--> statement-breakpoint
create index items_owner_idx on items (owner_id, id);
--> statement-breakpoint
create index items_created_idx on items (owner_id, created_at, id) where deleted_at is null;
--> statement-breakpoint
create index items_deleted_idx on items (owner_id, created_at, id) where deleted_at is not null;
--> statement-breakpoint
create index items_purge_idx on items (deleted_at) where deleted_at is not null;
--> statement-breakpoint
create index items_updated_idx on items (owner_id, updated_at, id) where deleted_at is null;
--> statement-breakpoint
create index items_title_idx on items (owner_id, title, id) where deleted_at is null;
--> statement-breakpoint
create index items_public_idx on items (created_at, id) where is_public and deleted_at is null;
--> statement-breakpoint
create index items_search_idx on items using gin (search);
--> statement-breakpoint

-- One row for each sign-in. Its refresh token rotates; only hashes are kept, of the current one and of up to 50 before it.
create table sessions (
  id uuid primary key,
  user_id uuid not null,
  token_hash text not null,
  previous_hashes text[] default '{}' not null,
  previous_until timestamp(3) with time zone[] default '{}' not null,
  created_at timestamp(3) with time zone default now() not null,
  last_used_at timestamp(3) with time zone default now() not null,
  proved_at timestamp(3) with time zone default now() not null,
  expires_at timestamp(3) with time zone not null,
  revoked_at timestamp(3) with time zone,
  user_agent text,
  network text,
  constraint sessions_user_id_users_id_fk foreign key (user_id) references users(id)
);
--> statement-breakpoint
create index sessions_user_idx on sessions (user_id);
--> statement-breakpoint
create index sessions_live_idx on sessions (user_id, id) where revoked_at is null;
--> statement-breakpoint

-- The newest mailed token for each user and purpose; only its hash is kept.
create table one_time_tokens (
  user_id uuid not null,
  purpose text not null,
  token_hash text not null,
  email text not null,
  created_at timestamp(3) with time zone default now() not null,
  expires_at timestamp(3) with time zone not null,
  used_at timestamp(3) with time zone,
  constraint one_time_tokens_user_id_purpose_pk primary key(user_id, purpose),
  constraint one_time_tokens_purpose_check check (purpose in ('verify_email', 'change_email', 'reset_password')),
  constraint one_time_tokens_user_id_users_id_fk foreign key (user_id) references users(id)
);
--> statement-breakpoint
create unique index one_time_tokens_hash_key on one_time_tokens (token_hash);
--> statement-breakpoint

-- The outbox: a mail is written in the transaction of its cause, and kept until it has been sent.
create table mails (
  id uuid primary key,
  user_id uuid,
  kind text not null,
  recipient text not null,
  data jsonb not null,
  request_id text,
  created_at timestamp(3) with time zone default now() not null,
  sent_at timestamp(3) with time zone,
  constraint mails_kind_check check (kind in ('verify_email', 'change_email', 'reset_password', 'account_activated', 'account_deactivated', 'account_deleted', 'account_restored', 'api_key_changed', 'api_key_created', 'api_key_revoked', 'api_key_rotated', 'email_change_requested', 'email_changed', 'invitation', 'member_removed', 'member_role_changed', 'new_sign_in', 'organization_deleted', 'organization_offered', 'organization_transferred', 'password_changed', 'role_changed', 'session_replayed', 'sessions_ended', 'username_changed')),
  constraint mails_user_id_users_id_fk foreign key (user_id) references users(id)
);
--> statement-breakpoint
create index mails_user_idx on mails (user_id);
--> statement-breakpoint
create index mails_recipient_idx on mails (lower(recipient)) where user_id is null;
--> statement-breakpoint

-- Answers of requests under an Idempotency-Key, kept for a day.
create table idempotency_keys (
  user_id uuid not null,
  key text not null,
  fingerprint text not null,
  results json[] default '{}' not null,
  created_at timestamp(3) with time zone default now() not null,
  constraint idempotency_keys_user_id_key_pk primary key(user_id, key)
);
--> statement-breakpoint
create index idempotency_keys_created_idx on idempotency_keys (created_at);
--> statement-breakpoint

-- Counters of attempts to sign in, of mail to an address and of stored idempotency keys.
create table throttles (
  key text primary key,
  attempts integer not null,
  last_attempt_at timestamp(3) with time zone default now() not null,
  blocked_until timestamp(3) with time zone
);
--> statement-breakpoint
create index throttles_purge_idx on throttles (last_attempt_at) where not starts_with(key, 'familiar:');
--> statement-breakpoint
create index throttles_familiar_idx on throttles (last_attempt_at) where starts_with(key, 'familiar:');
--> statement-breakpoint
create index throttles_owner_idx on throttles (split_part(key, ':', 2)) where starts_with(key, 'familiar:');
--> statement-breakpoint

-- The events of accounts, and who caused them.
create table audit_events (
  id uuid primary key,
  created_at timestamp(3) with time zone default now() not null,
  kind text not null,
  user_id uuid,
  actor_id uuid,
  organization_id uuid,
  request_id text,
  network text,
  details jsonb default '{}'::jsonb not null,
  constraint audit_events_kind_check check (kind in ('account.created', 'account.deleted', 'account.restored', 'account.purged', 'account.activated', 'account.deactivated', 'account.exported', 'account.role_changed', 'api_key.changed', 'api_key.created', 'api_key.revoked', 'api_key.rotated', 'email.change_requested', 'email.changed', 'email.verification_requested', 'email.verified', 'invitation.declined', 'invitation.revoked', 'invitation.sent', 'member.joined', 'member.left', 'member.removed', 'member.role_changed', 'organization.created', 'organization.deleted', 'organization.restored', 'organization.role_changed', 'organization.role_created', 'organization.role_deleted', 'organization.transfer_cancelled', 'organization.transfer_offered', 'organization.transferred', 'organization.updated', 'password.changed', 'password.proved', 'password.reset', 'password.reset_requested', 'session.ended', 'session.replayed', 'sessions.ended', 'sign_in.failed', 'sign_in.new_network', 'sign_in.succeeded', 'sign_in.throttled', 'task.cancelled', 'task.retried', 'username.changed'))
);
--> statement-breakpoint
create index audit_events_user_idx on audit_events (user_id, id);
--> statement-breakpoint
create index audit_events_actor_idx on audit_events (actor_id) where actor_id is distinct from user_id;
--> statement-breakpoint
create index audit_events_organization_idx on audit_events (organization_id, id) where organization_id is not null;
--> statement-breakpoint
create index audit_events_kind_idx on audit_events (kind, id);
--> statement-breakpoint

-- The newest slot of each scheduled task that was enqueued.
create table task_schedules (
  name text primary key,
  slot timestamp(3) with time zone not null
);
--> statement-breakpoint

-- Work that was committed with its cause. Done and cancelled tasks are purged; dead ones wait for somebody.
create table tasks (
  id uuid primary key,
  name text not null,
  key text,
  input jsonb not null,
  state text default 'waiting' not null,
  attempt integer default 0 not null,
  run_at timestamp(3) with time zone default now() not null,
  fence integer default 0 not null,
  error text,
  request_id text,
  created_at timestamp(3) with time zone default now() not null,
  finished_at timestamp(3) with time zone,
  constraint tasks_state_check check (state in ('waiting', 'running', 'done', 'dead', 'cancelled'))
);
--> statement-breakpoint
create unique index tasks_key on tasks (name, key) where state = 'waiting';
--> statement-breakpoint
create index tasks_due_idx on tasks (name, run_at) where state in ('waiting', 'running');
--> statement-breakpoint
create index tasks_running_idx on tasks (name) where state = 'running';
--> statement-breakpoint
create index tasks_purge_idx on tasks (finished_at) where state in ('done', 'cancelled');
--> statement-breakpoint
create index tasks_dead_idx on tasks (finished_at) where state = 'dead';
--> statement-breakpoint
create index tasks_state_idx on tasks (state, id);
--> statement-breakpoint
create index tasks_name_idx on tasks (name, id);
--> statement-breakpoint

create table attachments (
  id uuid primary key,
  item_id uuid,
  owner_id uuid not null,
  name text not null,
  type text not null,
  size integer not null,
  sha256 text,
  created_at timestamp(3) with time zone default now() not null,
  constraint attachments_item_id_items_id_fk foreign key (item_id) references items(id) on delete set null,
  constraint attachments_owner_id_users_id_fk foreign key (owner_id) references users(id)
);
--> statement-breakpoint
create index attachments_item_idx on attachments (item_id, id);
--> statement-breakpoint
create index attachments_owner_idx on attachments (owner_id, id);
--> statement-breakpoint
create index attachments_due_idx on attachments (created_at) where item_id is null or sha256 is null;
--> statement-breakpoint

create table organizations (
  id uuid primary key,
  name text not null,
  slug text not null,
  owner_id uuid not null,
  next_owner_id uuid,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  deleted_at timestamp(3) with time zone,
  version integer default 1 not null,
  constraint organizations_owner_id_users_id_fk foreign key (owner_id) references users(id)
);
--> statement-breakpoint
create unique index organizations_name_key on organizations (lower(normalize(name))) where deleted_at is null;
--> statement-breakpoint
create unique index organizations_slug_key on organizations (slug);
--> statement-breakpoint
create index organizations_owner_idx on organizations (owner_id, id);
--> statement-breakpoint
create index organizations_deleted_idx on organizations (deleted_at) where deleted_at is not null;
--> statement-breakpoint

create table organization_invitations (
  id uuid primary key,
  organization_id uuid not null,
  email text not null,
  role text not null,
  invited_by uuid,
  token_hash text not null,
  created_at timestamp(3) with time zone default now() not null,
  sent_at timestamp(3) with time zone default now() not null,
  expires_at timestamp(3) with time zone not null,
  accepted_at timestamp(3) with time zone,
  declined_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  constraint organization_invitations_organization_id_organizations_id_fk foreign key (organization_id) references organizations(id) on delete cascade,
  constraint organization_invitations_invited_by_users_id_fk foreign key (invited_by) references users(id)
);
--> statement-breakpoint
create unique index organization_invitations_email_key on organization_invitations (organization_id,lower(email)) where accepted_at is null and declined_at is null and revoked_at is null;
--> statement-breakpoint
create unique index organization_invitations_token_key on organization_invitations (token_hash);
--> statement-breakpoint
create index organization_invitations_organization_idx on organization_invitations (organization_id, id);
--> statement-breakpoint
create index organization_invitations_invited_by_idx on organization_invitations (invited_by);
--> statement-breakpoint
create index organization_invitations_address_idx on organization_invitations (lower(email));
--> statement-breakpoint
create index organization_invitations_purge_idx on organization_invitations (expires_at);
--> statement-breakpoint

create table organization_members (
  organization_id uuid not null,
  user_id uuid not null,
  role text not null,
  created_at timestamp(3) with time zone default now() not null,
  constraint organization_members_organization_id_user_id_pk primary key(organization_id, user_id),
  constraint organization_members_organization_id_organizations_id_fk foreign key (organization_id) references organizations(id) on delete cascade,
  constraint organization_members_user_id_users_id_fk foreign key (user_id) references users(id)
);
--> statement-breakpoint
create index organization_members_user_idx on organization_members (user_id, organization_id);
--> statement-breakpoint

create table organization_roles (
  organization_id uuid not null,
  name text not null,
  permissions text[] not null,
  created_at timestamp(3) with time zone default now() not null,
  constraint organization_roles_organization_id_name_pk primary key(organization_id, name),
  constraint organization_roles_organization_id_organizations_id_fk foreign key (organization_id) references organizations(id) on delete cascade
);
--> statement-breakpoint

create table organization_slugs (
  slug text primary key,
  organization_id uuid not null,
  released_at timestamp(3) with time zone,
  constraint organization_slugs_organization_id_organizations_id_fk foreign key (organization_id) references organizations(id) on delete cascade
);
--> statement-breakpoint
create index organization_slugs_organization_idx on organization_slugs (organization_id);
--> statement-breakpoint

create table api_keys (
  id uuid primary key,
  user_id uuid,
  organization_id uuid,
  made_by uuid not null,
  name text not null,
  permissions text[] not null,
  networks cidr[] not null,
  secret_hash text not null,
  previous_hash text,
  previous_until timestamp(3) with time zone,
  expires_at timestamp(3) with time zone,
  last_used_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  constraint api_keys_owner_check check (num_nonnulls(user_id, organization_id) = 1),
  constraint api_keys_user_id_users_id_fk foreign key (user_id) references users(id),
  constraint api_keys_organization_id_organizations_id_fk foreign key (organization_id) references organizations(id) on delete cascade,
  constraint api_keys_made_by_users_id_fk foreign key (made_by) references users(id)
);
--> statement-breakpoint
create unique index api_keys_user_name_key on api_keys (user_id,lower(normalize(name))) where revoked_at is null;
--> statement-breakpoint
create unique index api_keys_organization_name_key on api_keys (organization_id,lower(normalize(name))) where revoked_at is null;
--> statement-breakpoint
create index api_keys_user_idx on api_keys (user_id, id);
--> statement-breakpoint
create index api_keys_organization_idx on api_keys (organization_id, id);
--> statement-breakpoint
create index api_keys_maker_idx on api_keys (made_by, id);
--> statement-breakpoint
create index api_keys_purge_idx on api_keys (least(revoked_at, expires_at));
--> statement-breakpoint

-- Functions and triggers. Each function resolves names in this schema alone, and only its owner may call it. Those of the
-- hot path name the schema themselves: to set the search path costs as much as a lookup.

-- Ends the transaction unless the caller is a live, active user in a live session and, where `admin` is asked for, an admin.
-- Stable: in a `where` it is evaluated once, before any row.
create or replace function require_user(caller uuid, session uuid, admin boolean) returns boolean
language plpgsql stable
as $$
declare
  caller_role text;
begin
  select u.role into caller_role
  from public.users u join public.sessions s on s.user_id = u.id
  where u.id = caller and u.is_active and u.deleted_at is null
    and s.id = session and s.revoked_at is null and s.expires_at > now();
  if caller_role is null then
    raise exception 'The caller has no live session' using errcode = 'PT401';
  end if;
  if admin and caller_role <> 'admin' then
    raise exception 'The caller is not an admin' using errcode = 'PT403';
  end if;
  return true;
end
$$;
--> statement-breakpoint
-- Ends the transaction unless the user is a member of this live organization whose role is one of these, or one of the
-- organization's own with all permissions that are needed. Names the organization to the policies of its rows.
create or replace function require_member(caller uuid, organization uuid, roles text[], needed text[], named text)
returns boolean
language plpgsql stable
as $$
declare
  member_role text;
begin
  select case when o.owner_id = caller then 'owner' else m.role end into member_role
  from public.organization_members m join public.organizations o on o.id = m.organization_id
  where m.organization_id = organization and m.user_id = caller and o.deleted_at is null;
  if member_role is null then
    raise exception 'The caller is no member of the organization' using errcode = 'PT404';
  end if;
  if member_role <> all (roles) and not exists (
    select from public.organization_roles r
    where r.organization_id = organization and r.name = member_role and r.permissions @> needed
  ) then
    raise exception 'The caller lacks a permission' using errcode = 'PT40P', detail = named;
  end if;
  perform pg_catalog.set_config('plinth.organization_id', organization::text, true);
  return true;
end
$$;
--> statement-breakpoint
-- Ends the transaction unless the password was proved in this session in the last seconds.
create or replace function require_fresh(session uuid, seconds integer) returns boolean
language plpgsql stable
as $$
begin
  if not exists (
    select from public.sessions where id = session and proved_at > now() - pg_catalog.make_interval(secs => seconds)
  ) then
    raise exception 'The password was not proved lately' using errcode = 'PT40F', detail = seconds::text;
  end if;
  return true;
end
$$;
--> statement-breakpoint
-- Ends the transaction unless the key is live, and its owner too; the owner is a user, or this organization; and the key may
-- be used from this address and has the permission. Marks the transaction as a key's, to which is_admin answers false, and
-- names the organization to the policies of its rows.
create or replace function require_key(key uuid, owner uuid, hash text, address inet, organization uuid, wanted text)
returns boolean
language plpgsql stable
as $$
declare
  held record;
  named constant text := 'a key with the permission ' || wanted;
begin
  select k.organization_id as owning, k.networks, k.permissions into held
  from public.api_keys k
  left join public.users u on u.id = k.user_id
  left join public.organizations o on o.id = k.organization_id
  where k.id = key and coalesce(k.user_id, k.organization_id) = owner
    and ((u.is_active and u.deleted_at is null) or (o.id is not null and o.deleted_at is null))
    and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
    and (k.secret_hash = hash or (k.previous_hash = hash and k.previous_until > now()));
  if not found then
    raise exception 'The key is not live' using errcode = 'PT401';
  end if;
  if held.networks <> '{}' and (address <<= any (held.networks)) is not true then
    raise exception 'The key must not be used from this address' using errcode = 'PT40N';
  end if;
  if wanted <> all (held.permissions) then
    raise exception 'The key lacks a permission' using errcode = 'PT40P', detail = named;
  end if;
  if held.owning is not null then
    if organization is null then
      raise exception 'The key belongs to an organization' using errcode = 'PT40P', detail = 'the key of a user';
    elsif held.owning <> organization then
      raise exception 'The key belongs to another organization' using errcode = 'PT404';
    end if;
    perform pg_catalog.set_config('plinth.organization_id', organization::text, true);
  end if;
  perform pg_catalog.set_config('plinth.caller', 'key', true);
  return true;
end
$$;
--> statement-breakpoint
-- True if the caller is an admin, and no key of theirs. A function, since PostgreSQL would plan a subquery anew for each statement.
create or replace function is_admin(caller uuid) returns boolean
language plpgsql stable
as $$
begin
  return current_setting('plinth.caller', true) is distinct from 'key' and exists (
    select from public.users where id = caller and role = 'admin' and is_active and deleted_at is null
  );
end
$$;
--> statement-breakpoint
-- Keeps at least one active admin. The lock lets two attempts at once see each other, unless their snapshots are older.
create or replace function keep_an_admin() returns trigger
language plpgsql set search_path = public, pg_temp
as $$
begin
  if current_setting('transaction_isolation') = 'repeatable read' then
    raise exception 'At repeatable read, nobody sees that another admin goes at once: use read committed or serializable'
      using errcode = '25001';
  end if;
  perform pg_advisory_xact_lock(hashtext('keep_an_admin'));
  if not exists (
    select from users where id <> old.id and role = 'admin' and is_active and deleted_at is null
  ) then
    raise exception 'This is the last active admin' using errcode = 'PT409';
  end if;
  return new;
end
$$;
--> statement-breakpoint
create or replace trigger users_keep_an_admin before update on users for each row
when (
  old.role = 'admin' and old.is_active and old.deleted_at is null
  and not (new.role = 'admin' and new.is_active and new.deleted_at is null)
)
execute function keep_an_admin();
--> statement-breakpoint
-- Keeps the owner of an organization among its members, until the organization itself is gone.
create or replace function keep_the_owner() returns trigger
language plpgsql set search_path = public, pg_temp
as $$
begin
  if exists (select from organizations where id = old.organization_id and owner_id = old.user_id) then
    raise exception 'This is the owner of the organization' using errcode = 'PT40W';
  end if;
  return old;
end
$$;
--> statement-breakpoint
create or replace trigger organization_members_keep_owner before delete on organization_members for each row
execute function keep_the_owner();
--> statement-breakpoint
-- Advances a row's version and the time of its change with every change.
create or replace function touch_row() returns trigger
language plpgsql
as $$
begin
  new.version = old.version + 1;
  new.updated_at = now();
  return new;
end
$$;
--> statement-breakpoint
create or replace trigger users_touch before update on users for each row
execute function touch_row();
--> statement-breakpoint
create or replace trigger organizations_touch before update on organizations for each row
execute function touch_row();
--> statement-breakpoint
create or replace trigger items_touch before update on items for each row
execute function touch_row();
--> statement-breakpoint
-- Refuses to change history. Only the purge of a deleted user may take the personal part out of it.
create or replace function refuse_change_of_history() returns trigger
language plpgsql set search_path = public, pg_temp
as $$
begin
  if current_setting('plinth.purging', true) is distinct from 'on' then
    raise exception 'Audit events are append-only' using errcode = 'PT405';
  end if;
  return coalesce(new, old);
end
$$;
--> statement-breakpoint
create or replace trigger audit_events_append_only before update or delete on audit_events for each row
execute function refuse_change_of_history();
--> statement-breakpoint
create or replace trigger audit_events_no_truncate before truncate on audit_events for each statement
execute function refuse_change_of_history();
--> statement-breakpoint
-- Enqueues the task that sends a mail, wherever one is written, with the request that caused both.
create or replace function enqueue_mail() returns trigger
language plpgsql set search_path = public, pg_temp
as $$
begin
  insert into tasks (id, name, input, request_id)
  values (new.id, 'mails/send', jsonb_build_object('id', new.id), new.request_id);
  return null;
end
$$;
--> statement-breakpoint
create or replace trigger mails_enqueue after insert on mails for each row
execute function enqueue_mail();
--> statement-breakpoint
-- Claims the key for this request. Ends the transaction if another request holds the key, if the key belongs to a different
-- request, or if the request is done. Its results are then in the error's column, which PostgreSQL does not log.
create or replace function claim_key(owner uuid, wanted text, request text) returns void
language plpgsql set search_path = public, pg_temp
as $$
declare
  held idempotency_keys;
begin
  if not pg_try_advisory_xact_lock(hashtextextended(owner || ' ' || wanted, 0)) then
    raise exception 'The key is in use' using errcode = 'PT425';
  end if;
  insert into idempotency_keys as k (user_id, key, fingerprint) values (owner, wanted, request)
  on conflict (user_id, key) do update set fingerprint = excluded.fingerprint, results = '{}', created_at = now()
    where k.created_at <= now() - interval '24 hours';
  if found then
    return;
  end if;
  select * into held from idempotency_keys where user_id = owner and key = wanted;
  if not found then
    raise exception 'The key is being purged' using errcode = 'PT425';
  end if;
  if held.fingerprint <> request then
    raise exception 'The key stands for another request' using errcode = 'PT422';
  end if;
  raise exception 'The request is done' using errcode = 'PT208', column = to_json(held.results)::text;
end
$$;
--> statement-breakpoint
-- Ends the transaction, and names the position of the operation at fault.
create or replace function refuse(code text, place integer) returns boolean
language plpgsql set search_path = public, pg_temp
as $$
begin
  raise exception 'A part of the batch was refused' using errcode = code, detail = place::text;
end
$$;
--> statement-breakpoint
-- Ends the transaction unless the row's version is one that the client names.
create or replace function require_version(actual integer, wanted integer[]) returns void
language plpgsql set search_path = public, pg_temp
as $$
begin
  if not actual = any(wanted) then
    raise exception 'The row has changed' using errcode = 'PT412';
  end if;
end
$$;
--> statement-breakpoint
-- The number of counted attempts that have been forgotten since then.
create or replace function forgotten(since timestamp with time zone, forget_seconds double precision) returns integer
language sql stable set search_path = public, pg_temp
as $$
  select floor(greatest(extract(epoch from now() - since), 0) / forget_seconds)::integer
$$;
--> statement-breakpoint
-- The seconds until there is room for one more under this counter; 0 if there is.
create or replace function wait_for_room(counter text, budget integer, forget_seconds double precision) returns integer
language sql stable set search_path = public, pg_temp
as $$
  select coalesce((
    select greatest(ceil((t.attempts - budget + 1) * forget_seconds
      - greatest(extract(epoch from now() - t.last_attempt_at), 0)), 0)
    from throttles t where t.key = counter
  ), 0)::integer
$$;
--> statement-breakpoint
-- Takes room for one more under this counter, which forgets one every `forget_seconds`. Answers 0, or the seconds until
-- there is room. A call sees those before it, even in the same statement.
create or replace function take_room(counter text, budget integer, forget_seconds double precision) returns integer
language plpgsql set search_path = public, pg_temp
as $$
declare
  wait integer;
begin
  insert into throttles as t (key, attempts) values (counter, 1)
  on conflict (key) do update set
    attempts = greatest(t.attempts - forgotten(t.last_attempt_at, forget_seconds), 0) + 1,
    last_attempt_at = case when t.attempts <= forgotten(t.last_attempt_at, forget_seconds) then now()
      else t.last_attempt_at + make_interval(secs => forgotten(t.last_attempt_at, forget_seconds) * forget_seconds) end
    where t.attempts - forgotten(t.last_attempt_at, forget_seconds) < budget
  returning 0 into wait;
  if not found then
    return greatest(wait_for_room(counter, budget, forget_seconds), 1);
  end if;
  return wait;
end
$$;
--> statement-breakpoint
-- Answers the new row's id, or ends the transaction if the owner that this column names would have more than `most` rows of
-- this table, deleted ones included. Stops counting there.
-- Takes turns where simultaneous inserts could exceed it. Volatile, so that the second count sees what they have committed.
create or replace function with_room(id uuid, relation regclass, owner_column text, owner uuid, most integer, more integer)
returns uuid
language plpgsql volatile set search_path = public, pg_temp
as $$
declare
  counting constant text := format('select count(*) from (select from %s where %I = $1 limit $2) as found', relation, owner_column);
  kept integer;
begin
  execute counting into kept using owner, most;
  if kept + 5000 > most then
    perform pg_advisory_xact_lock(hashtextextended(format('room in %s of %s', relation, owner), 0));
    execute counting into kept using owner, most;
  end if;
  if kept + more > most then
    raise exception 'The owner has as many of these as may be kept' using errcode = 'PT507';
  end if;
  return id;
end
$$;
--> statement-breakpoint
revoke execute on function
  require_user(uuid, uuid, boolean), require_member(uuid, uuid, text[], text[], text), require_fresh(uuid, integer),
  require_key(uuid, uuid, text, inet, uuid, text), is_admin(uuid), keep_an_admin(), keep_the_owner(), enqueue_mail(), touch_row(), refuse_change_of_history(),
  claim_key(uuid, text, text), refuse(text, integer), require_version(integer, integer[]),
  forgotten(timestamp with time zone, double precision), wait_for_room(text, integer, double precision),
  take_room(text, integer, double precision),
  with_room(uuid, regclass, text, uuid, integer, integer)
from public;
