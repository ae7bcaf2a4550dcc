create trigger audit_events_no_truncate before truncate on audit_events for each statement
execute function refuse_change_of_history();
--> statement-breakpoint
-- Using a mailed token is one statement of its own by now.
drop function use_one_time_token(text, text);
