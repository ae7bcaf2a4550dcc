CREATE TABLE "series" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"title" text NOT NULL,
	"description" text
);
--> statement-breakpoint
ALTER TABLE "series" ADD CONSTRAINT "series_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "series_owner_idx" ON "series" USING btree ("owner_id","id");--> statement-breakpoint
CREATE INDEX "series_created_idx" ON "series" USING btree ("owner_id","created_at","id") WHERE "series"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "series_deleted_idx" ON "series" USING btree ("owner_id","created_at","id") WHERE "series"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX "series_purge_idx" ON "series" USING btree ("deleted_at") WHERE "series"."deleted_at" is not null;
--> statement-breakpoint
create trigger "series_touch" before update on "series" for each row
execute function touch_row();
