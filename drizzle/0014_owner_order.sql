DROP INDEX "items_owner_idx";--> statement-breakpoint
CREATE INDEX "items_owner_idx" ON "items" USING btree ("owner_id","id");