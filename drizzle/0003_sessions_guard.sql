-- Ends the transaction unless the caller is a live, active user in a live session and, where `admin` is asked for, an admin.
drop function require_user(uuid, boolean);
--> statement-breakpoint
create function require_user(caller uuid, session uuid, admin boolean) returns void
language plpgsql
as $$
declare
  caller_role text;
begin
  select u.role into caller_role
  from users u join sessions s on s.user_id = u.id
  where u.id = caller and u.is_active and u.deleted_at is null
    and s.id = session and s.revoked_at is null and s.expires_at > now();
  if caller_role is null then
    raise exception 'The caller has no live session' using errcode = 'PT401';
  end if;
  if admin and caller_role <> 'admin' then
    raise exception 'The caller is not an admin' using errcode = 'PT403';
  end if;
end
$$;
--> statement-breakpoint
-- Uses up a mailed token, once even when raced, and answers whose it was; ends the transaction where it is no good.
create function use_one_time_token(hash text, wanted text) returns uuid
language plpgsql
as $$
declare
  owner uuid;
begin
  update one_time_tokens t set used_at = now()
  from users u
  where t.token_hash = hash and t.purpose = wanted and t.used_at is null and t.expires_at > now()
    and u.id = t.user_id and u.deleted_at is null
  returning t.user_id into owner;
  if owner is null then
    raise exception 'The token is not good' using errcode = 'PT410';
  end if;
  return owner;
end
$$;
--> statement-breakpoint
-- There is always an active admin. The lock makes two attempts at once see each other.
create function keep_an_admin() returns trigger
language plpgsql
as $$
begin
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
create trigger users_keep_an_admin before update on users for each row
when (
  old.role = 'admin' and old.is_active and old.deleted_at is null
  and not (new.role = 'admin' and new.is_active and new.deleted_at is null)
)
execute function keep_an_admin();
--> statement-breakpoint
-- Events are history. Only the purge of a deleted user may take the personal part out of them.
create function refuse_change_of_history() returns trigger
language plpgsql
as $$
begin
  if current_setting('plinth.purging', true) is distinct from 'on' then
    raise exception 'Audit events are append-only' using errcode = 'PT405';
  end if;
  return coalesce(new, old);
end
$$;
--> statement-breakpoint
create trigger audit_events_append_only before update or delete on audit_events for each row
execute function refuse_change_of_history();
