-- Whatever changes a row moves its version and the time of its change.
create function touch_row() returns trigger
language plpgsql
as $$
begin
  new.version = old.version + 1;
  new.updated_at = now();
  return new;
end
$$;
--> statement-breakpoint
create trigger users_touch before update on users for each row
execute function touch_row();
--> statement-breakpoint
create trigger items_touch before update on items for each row
execute function touch_row();
