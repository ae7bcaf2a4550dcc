-- Ends the transaction unless the row is in one of the versions that the client is willing to change.
create function require_version(actual integer, wanted integer[]) returns void
language plpgsql
as $$
begin
  if not actual = any(wanted) then
    raise exception 'The row has changed' using errcode = 'PT412';
  end if;
end
$$;
