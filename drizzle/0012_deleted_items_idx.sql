DROP INDEX "items_deleted_idx";--> statement-breakpoint
CREATE INDEX "items_deleted_idx" ON "items" USING btree ("owner_id","created_at","id") WHERE "items"."deleted_at" is not null;