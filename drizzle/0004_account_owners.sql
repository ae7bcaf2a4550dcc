CREATE INDEX "audit_events_actor_idx" ON "audit_events" USING btree ("actor_id") WHERE "audit_events"."actor_id" is distinct from "audit_events"."user_id";--> statement-breakpoint
CREATE INDEX "items_owner_idx" ON "items" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "sessions_user_idx" ON "sessions" USING btree ("user_id");