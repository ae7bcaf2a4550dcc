export const fieldNotes = pgTable(
  "field_notes",
  {
    ...ownedRow,
    title: text().notNull(),
    description: text(),
  },
  (table) => ownedIndexes("field_notes", table),
);
