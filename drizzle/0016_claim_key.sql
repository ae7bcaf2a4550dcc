-- As claim_idempotency_key, which stays for the Worker that is deployed while this is applied. Where the request is done, the
-- answers are in the error's column, which Postgres does not log as it would a detail.
create function claim_key(owner uuid, wanted text, request text) returns void
language plpgsql
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
-- A batch answers one statement less than it did: its first two are one by now.
update idempotency_keys set results = results[1:1] || results[3:5] where cardinality(results) = 5;
