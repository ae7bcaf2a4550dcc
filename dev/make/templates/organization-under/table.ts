export const fieldNotes = pgTable(
  "field_notes",
  {
    ...organizationRow,
    binder_id: uuid()
      .notNull()
      .references(() => binders.id, { onDelete: "cascade" }),
    title: text().notNull(),
    description: text(),
  },
  (table) => [
    ...organizationRules("field_notes", table),
    index("field_notes_binder_idx").on(table.binder_id, table.created_at, table.id),
  ],
);
