export const fieldNotes = pgTable(
  "field_notes",
  {
    ...ownedRow, //: user
    ...organizationRow, //: organization
    binder_id: uuid() //: under
      .notNull() //: under
      .references(() => binders.id, { onDelete: "cascade" }), //: under
    //= columns
    //= words
  },
  (table) => [
    ...ownedIndexes("field_notes", table), //: user
    ...organizationRules("field_notes", table), //: organization
    index("field_notes_binder_idx").on(table.binder_id, table.created_at, table.id), //: under
    //= indexes
    index("field_notes_search_idx").using("gin", table.search), //: search
    //= keys table.owner_id //: user direct
    //= keys table.organization_id //: organization direct
    //= keys table.binder_id //: under
    //= checks
  ],
);
