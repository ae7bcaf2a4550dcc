-- Ends the transaction unless the caller is a live, active user and, where `admin` is asked for, an admin.
create function require_user(caller uuid, admin boolean) returns void
language plpgsql
as $$
declare
  caller_role text;
begin
  select role into caller_role from users where id = caller and is_active and deleted_at is null;
  if caller_role is null then
    raise exception 'The caller is not a live, active user' using errcode = 'PT401';
  end if;
  if admin and caller_role <> 'admin' then
    raise exception 'The caller is not an admin' using errcode = 'PT403';
  end if;
end
$$;
