export const fieldNotes = pgTable(
  "field_notes",
  {
    ...organizationRow,
    title: text().notNull(),
    description: text(),
  },
  (table) => organizationRules("field_notes", table),
);
