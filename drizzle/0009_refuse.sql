-- Ends the transaction because of the row at this position of what was asked for.
create function refuse(code text, place integer) returns boolean
language plpgsql
as $$
begin
  raise exception 'A part of the batch was refused' using errcode = code, detail = place::text;
end
$$;
