DROP INDEX "items_owner_live_idx";--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "is_public" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "search" "tsvector" GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, title || ' ' || coalesce(description, ''))) STORED;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
CREATE INDEX "items_created_idx" ON "items" USING btree ("owner_id","created_at","id") WHERE "items"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "items_updated_idx" ON "items" USING btree ("owner_id","updated_at","id") WHERE "items"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "items_title_idx" ON "items" USING btree ("owner_id","title","id") WHERE "items"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "items_deleted_idx" ON "items" USING btree ("owner_id","deleted_at") WHERE "items"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX "items_public_idx" ON "items" USING btree ("created_at","id") WHERE "items"."is_public" and "items"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "items_search_idx" ON "items" USING gin ("search");