import { type SQL, sql } from "drizzle-orm";
import {
  boolean,
  check,
  cidr,
  customType,
  index,
  integer,
  json,
  jsonb,
  type PgColumn,
  type PgTable,
  pgPolicy,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { auditKinds, mailKindNames, purposes, roles, taskStates } from "../values.ts";
import { toRfc3339 } from "./time.ts";

/** The form in which names are compared: without case, and composed, since a keyboard may type `é` in either form. */
const sameName = (name: PgColumn) => sql`lower(normalize(${name}))`;

/** A time as on the wire: RFC 3339 in UTC, stored to the millisecond. */
const timestamp = customType<{ data: string; driverData: string }>({
  dataType: () => "timestamp(3) with time zone",
  fromDriver: toRfc3339,
});

/** The row's version, in the form of its `ETag`: a strong tag of RFC 9110, with which a client names the row as it read it. */
const rowTag = customType<{ data: string; driverData: number }>({
  dataType: () => "integer",
  fromDriver: (version) => `"${version}"`,
});

const created_at = timestamp().notNull().default(sql`now()`);
const timestamps = {
  created_at,
  updated_at: timestamp().notNull().default(sql`now()`),
  deleted_at: timestamp(),
  /** Counts the row's changes; a trigger moves it and `updated_at`. */
  // drizzle takes a default as the database has it, which its types do not know.
  etag: rowTag("version")
    .notNull()
    .default(1 as never),
};

/** The check that a column has one of these values. Every column with a list of values has it. */
function oneOf(column: PgColumn, values: readonly string[]): SQL {
  const list = values.map((value) => `'${value.replaceAll("'", "''")}'`).join(", ");
  return sql`${column} in (${sql.raw(list)})`;
}

export const users = pgTable(
  "users",
  {
    id: uuid().primaryKey(),
    email: text().notNull(),
    username: text().notNull(),
    full_name: text(),
    role: text({ enum: roles }).notNull().default("user"),
    is_active: boolean().notNull().default(true),
    password_hash: text().notNull(),
    /** The time at which the mailbox's owner proved to own the account. */
    email_verified_at: timestamp(),
    /** The time until which no password link goes to this address, because an admin set it. */
    reset_held_until: timestamp(),
    /** The user who deleted it: only the owner's own deletion can be undone by the owner. */
    deleted_by: uuid(),
    /** The time at which a deleted user was scrubbed, irreversibly. */
    purged_at: timestamp(),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("users_email_key").on(sql`lower(${table.email})`).where(sql`${table.deleted_at} is null`),
    uniqueIndex("users_username_key").on(sql`lower(${table.username})`).where(sql`${table.deleted_at} is null`),
    index("users_email_idx").on(sql`lower(${table.email})`),
    index("users_username_idx").on(sql`lower(${table.username})`),
    index("users_deleted_idx").on(table.deleted_at).where(sql`${table.purged_at} is null`),
    // A failed sign-in asks for the kinds of hashes: there are few, each found by one look.
    index("users_hash_kind_idx").on(sql`substring(${table.password_hash} from '^[$][^$]*[$][^$]*')`),
    // Finds a part of an address or a name, by pg_trgm, which 0000_init installs.
    index("users_search_idx").using(
      "gin",
      sql`normalize(${table.email}) gin_trgm_ops`,
      sql`normalize(${table.username}) gin_trgm_ops`,
      sql`normalize(${table.full_name}) gin_trgm_ops`,
    ),
    check("users_role_check", oneOf(table.role, roles)),
  ],
);

/** Teams that own rows together. */
export const organizations = pgTable(
  "organizations",
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    /** In small letters. `organization_slugs` keeps it from others. */
    slug: text().notNull(),
    /** The one owner, whose role in the members' list is the one to fall back to. */
    owner_id: uuid()
      .notNull()
      .references(() => users.id),
    /** The member to whom the owner has offered the organization. */
    next_owner_id: uuid(),
    ...timestamps,
  },
  (table) => {
    const isLive = sql`${table.deleted_at} is null`;
    return [
      uniqueIndex("organizations_name_key").on(sameName(table.name)).where(isLive),
      uniqueIndex("organizations_slug_key").on(table.slug),
      index("organizations_owner_idx").on(table.owner_id, table.id),
      index("organizations_deleted_idx").on(table.deleted_at).where(sql`${table.deleted_at} is not null`),
    ];
  },
);

/** The columns of every resource of organizations: soft deletion, and a version for the ETag. */
export const organizationRow = {
  id: uuid().primaryKey(),
  organization_id: uuid()
    .notNull()
    .references(() => organizations.id),
  /** The member who made it. Null where no person did. */
  created_by: uuid().references(() => users.id),
  ...timestamps,
};

/** A table with these columns. */
export type OrganizationTable = PgTable &
  Record<"id" | "organization_id" | "created_by" | "created_at" | "deleted_at" | "etag", PgColumn>;

/**
 * The indexes to list an organization's rows, live, deleted or all, newest first, and to purge them; with the policy by
 * which a query that forgets the organization sees nothing foreign.
 */
export function organizationRules(name: string, table: Omit<OrganizationTable, keyof PgTable>) {
  const { id, organization_id, created_at, deleted_at } = table;
  return [
    index(`${name}_organization_idx`).on(organization_id, id),
    index(`${name}_created_idx`).on(organization_id, created_at, id).where(sql`${deleted_at} is null`),
    index(`${name}_deleted_idx`).on(organization_id, created_at, id).where(sql`${deleted_at} is not null`),
    index(`${name}_purge_idx`).on(deleted_at).where(sql`${deleted_at} is not null`),
    organizationPolicy(name, table),
  ];
}

/** Stands for every organization, where a task names it: see `reachEvery`. */
export const everyOrganization = "00000000-0000-0000-0000-000000000000";

/**
 * Shows rows of the organization that the guard has admitted the caller to, and takes no others. The subquery is run once
 * per statement, behind the guard. The `case` keeps the planner from counting the organization twice.
 */
export function organizationPolicy(name: string, { organization_id }: { organization_id: PgColumn }) {
  const admitted = sql.raw("(select nullif(current_setting('plinth.organization_id', true), '')::uuid)");
  return pgPolicy(`${name}_organization`, {
    using: sql`case ${admitted} when ${organization_id} then true when ${sql.raw(`'${everyOrganization}'`)} then true else false end`,
  });
}

/** Every slug in use, or given up not long ago, so that old links lead to nobody else. */
export const slugs = pgTable(
  "organization_slugs",
  {
    slug: text().primaryKey(),
    organization_id: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    /** The time at which it was given up. Null while the organization has it. */
    released_at: timestamp(),
  },
  (table) => [index("organization_slugs_organization_idx").on(table.organization_id)],
);

/** The members of organizations, the owner included. */
export const members = pgTable(
  "organization_members",
  {
    organization_id: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    user_id: uuid()
      .notNull()
      .references(() => users.id),
    /** A role of src/permissions.ts, or one of `organization_roles`. One that no longer exists gives no permission. */
    role: text().notNull(),
    created_at,
  },
  (table) => [
    primaryKey({ columns: [table.organization_id, table.user_id] }),
    index("organization_members_user_idx").on(table.user_id, table.organization_id),
  ],
);

/** Roles that an organization made for itself. */
export const customRoles = pgTable(
  "organization_roles",
  {
    organization_id: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    name: text().notNull(),
    permissions: text().array().notNull(),
    created_at,
  },
  (table) => [primaryKey({ columns: [table.organization_id, table.name] })],
);

/** Invitations by mail. Used, withdrawn and expired ones are purged like mails. */
export const invitations = pgTable(
  "organization_invitations",
  {
    id: uuid().primaryKey(),
    organization_id: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    email: text().notNull(),
    role: text().notNull(),
    invited_by: uuid().references(() => users.id),
    token_hash: text().notNull(),
    created_at,
    sent_at: timestamp().notNull().default(sql`now()`),
    expires_at: timestamp().notNull(),
    accepted_at: timestamp(),
    declined_at: timestamp(),
    revoked_at: timestamp(),
  },
  (table) => {
    const isOpen = sql`${table.accepted_at} is null and ${table.declined_at} is null and ${table.revoked_at} is null`;
    return [
      uniqueIndex("organization_invitations_email_key")
        .on(table.organization_id, sql`lower(${table.email})`)
        .where(isOpen),
      uniqueIndex("organization_invitations_token_key").on(table.token_hash),
      index("organization_invitations_organization_idx").on(table.organization_id, table.id),
      index("organization_invitations_invited_by_idx").on(table.invited_by),
      index("organization_invitations_address_idx").on(sql`lower(${table.email})`),
      index("organization_invitations_purge_idx").on(table.expires_at),
    ];
  },
);

/** Characters that search treats as spaces; otherwise Postgres indexes a tag, path or address as one word. */
export const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u00a0¡«·»¿–—‘’‚“”„†•…‹›";

const searchVector = customType<{ data: string }>({ dataType: () => "tsvector" });

/**
 * The column `search` of a table whose rows are found by the words of these columns, named as in SQL. Searched, never
 * selected. Normalized, so that both Unicode forms of an accent match; the texts stay as sent.
 */
export function searchOf(...names: readonly [string, ...string[]]) {
  const text = names.map((name) => `coalesce(${name}, '')`).join(" || ' ' || ");
  const [from, to] = [punctuation.replace("'", "''"), " ".repeat(punctuation.length)];
  return searchVector().generatedAlwaysAs(
    sql.raw(`to_tsvector('simple'::regconfig, translate(normalize(${text}), '${from}', '${to}'))`),
  );
}

/** The columns of every resource: owner, soft deletion, and a version for the ETag. */
export const ownedRow = {
  id: uuid().primaryKey(),
  owner_id: uuid()
    .notNull()
    .references(() => users.id),
  ...timestamps,
};

/** A table with these columns. */
export type OwnedTable = PgTable & Record<"id" | "owner_id" | "created_at" | "deleted_at" | "etag", PgColumn>;

/** The indexes to list an owner's rows, live, deleted or all, newest first, and to purge them. */
export function ownedIndexes(name: string, { id, owner_id, created_at, deleted_at }: Omit<OwnedTable, keyof PgTable>) {
  return [
    index(`${name}_owner_idx`).on(owner_id, id),
    index(`${name}_created_idx`).on(owner_id, created_at, id).where(sql`${deleted_at} is null`),
    index(`${name}_deleted_idx`).on(owner_id, created_at, id).where(sql`${deleted_at} is not null`),
    index(`${name}_purge_idx`).on(deleted_at).where(sql`${deleted_at} is not null`),
  ];
}

export const items = pgTable(
  "items",
  {
    ...ownedRow,
    title: text().notNull(),
    description: text(),
    is_public: boolean().notNull().default(false),
    search: searchOf("title", "description"),
  },
  (table) => {
    const isLive = sql`${table.deleted_at} is null`;
    return [
      ...ownedIndexes("items", table),
      // Deleted rows need no further sorts: there are few, and RETENTION_DAYS removes them.
      index("items_updated_idx").on(table.owner_id, table.updated_at, table.id).where(isLive),
      index("items_title_idx").on(table.owner_id, table.title, table.id).where(isLive),
      index("items_public_idx").on(table.created_at, table.id).where(sql`${table.is_public} and ${isLive}`),
      // Lacks the owner, which would take an extension: for an owner of few items, items_created_idx serves a search.
      index("items_search_idx").using("gin", table.search),
    ];
  },
);

/** Files of items. A row stands for an object whose key is its id; without an item, both are to be removed. */
export const attachments = pgTable(
  "attachments",
  {
    id: uuid().primaryKey(),
    item_id: uuid().references(() => items.id, { onDelete: "set null" }),
    /** The owner of the item. */
    owner_id: uuid()
      .notNull()
      .references(() => users.id),
    name: text().notNull(),
    type: text().notNull(),
    /** Bytes. */
    size: integer().notNull(),
    /** In hex. Null while the object is not known to be stored. */
    sha256: text(),
    created_at,
  },
  (table) => [
    index("attachments_item_idx").on(table.item_id, table.id),
    index("attachments_owner_idx").on(table.owner_id, table.id),
    index("attachments_due_idx").on(table.created_at).where(sql`${table.item_id} is null or ${table.sha256} is null`),
  ],
);

/**
 * Every resource, in the order in which the purges go through them. A table comes before those that it references,
 * ideally with `onDelete: "cascade"`: a row that is still referenced cannot be purged.
 */
export const ownedTables: readonly OwnedTable[] = [items, organizations];

/** Those that the export of an account lists under names of their own. It has all others under `resources`. */
export const listedTables: readonly OwnedTable[] = [items, organizations];

/** Every resource of organizations, in the order of `ownedTables`. */
export const organizationTables: readonly OrganizationTable[] = [];

/**
 * Tables whose rows stand for objects of a bucket. A task removes them once their resource is gone, and the purge of a user
 * waits for it.
 */
export const fileTables: readonly (PgTable & Record<"owner_id", PgColumn>)[] = [attachments];

/** One row per sign-in. Its refresh token rotates; only hashes are kept, of the current one and of those before it. */
export const sessions = pgTable(
  "sessions",
  {
    id: uuid().primaryKey(),
    user_id: uuid()
      .notNull()
      .references(() => users.id),
    token_hash: text().notNull(),
    /** The tokens before, the newest first: one, or all of a burst within the grace. */
    previous_hashes: text().array().notNull().default(sql`'{}'`),
    /** The times until which those count. */
    previous_until: timestamp().array().notNull().default(sql`'{}'`),
    created_at,
    last_used_at: timestamp().notNull().default(sql`now()`),
    /** The time at which the password was last proved in it, first by signing in. */
    proved_at: timestamp().notNull().default(sql`now()`),
    /** The nearer of the idle and the absolute limit; moves with each rotation. */
    expires_at: timestamp().notNull(),
    revoked_at: timestamp(),
    user_agent: text(),
    network: text(),
  },
  (table) => [
    index("sessions_user_idx").on(table.user_id),
    index("sessions_live_idx").on(table.user_id, table.id).where(sql`${table.revoked_at} is null`),
  ],
);

/** API keys, of which only hashes of the current and the last secret are kept. */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: uuid().primaryKey(),
    /** The owner is either a user or an organization. */
    user_id: uuid().references(() => users.id),
    organization_id: uuid().references(() => organizations.id, { onDelete: "cascade" }),
    made_by: uuid()
      .notNull()
      .references(() => users.id),
    name: text().notNull(),
    permissions: text().array().notNull(),
    /** The networks that it may be used from; none means any. */
    networks: cidr().array().notNull(),
    secret_hash: text().notNull(),
    previous_hash: text(),
    /** The time until which the previous secret counts. */
    previous_until: timestamp(),
    expires_at: timestamp(),
    /** Coarse: moves once an hour. */
    last_used_at: timestamp(),
    revoked_at: timestamp(),
    created_at,
    updated_at: timestamp().notNull().default(sql`now()`),
  },
  (table) => [
    uniqueIndex("api_keys_user_name_key")
      .on(table.user_id, sameName(table.name))
      .where(sql`${table.revoked_at} is null`),
    uniqueIndex("api_keys_organization_name_key")
      .on(table.organization_id, sameName(table.name))
      .where(sql`${table.revoked_at} is null`),
    index("api_keys_user_idx").on(table.user_id, table.id),
    index("api_keys_organization_idx").on(table.organization_id, table.id),
    index("api_keys_maker_idx").on(table.made_by, table.id),
    index("api_keys_purge_idx").on(sql`least(${table.revoked_at}, ${table.expires_at})`),
    check("api_keys_owner_check", sql`num_nonnulls(${table.user_id}, ${table.organization_id}) = 1`),
  ],
);

/** The newest mailed token per user and purpose: issuing another replaces it. Only its hash is kept. */
export const oneTimeTokens = pgTable(
  "one_time_tokens",
  {
    user_id: uuid()
      .notNull()
      .references(() => users.id),
    purpose: text({ enum: purposes }).notNull(),
    token_hash: text().notNull(),
    /** The mailbox that the token was sent to. */
    email: text().notNull(),
    created_at,
    expires_at: timestamp().notNull(),
    used_at: timestamp(),
  },
  (table) => [
    primaryKey({ columns: [table.user_id, table.purpose] }),
    uniqueIndex("one_time_tokens_hash_key").on(table.token_hash),
    check("one_time_tokens_purpose_check", oneOf(table.purpose, purposes)),
  ],
);

/** Mails, each written with its cause. A trigger enqueues the task `mails/send` with it, which has the same id. */
export const mails = pgTable(
  "mails",
  {
    id: uuid().primaryKey(),
    user_id: uuid().references(() => users.id),
    kind: text({ enum: mailKindNames }).notNull(),
    recipient: text().notNull(),
    /** Data of its template. Holds no token: a link's token is derived from the seed when the mail is made. */
    data: jsonb().$type<Record<string, string>>().notNull(),
    /** The request that caused it, which the trigger passes on to the task. */
    request_id: text(),
    created_at,
    sent_at: timestamp(),
  },
  (table) => [
    index("mails_user_idx").on(table.user_id),
    // Finds the mails to an address without an account, which go with the account that had it.
    index("mails_recipient_idx").on(sql`lower(${table.recipient})`).where(sql`${table.user_id} is null`),
    check("mails_kind_check", oneOf(table.kind, mailKindNames)),
  ],
);

/** The digest of a request under an `Idempotency-Key` and the rows its statements answered, kept for a day. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    /** The user, or the organization whose API key calls. */
    user_id: uuid().notNull(),
    key: text().notNull(),
    fingerprint: text().notNull(),
    /** `json` keeps the order of columns, unlike `jsonb`. */
    results: json().array().notNull().default([]),
    created_at,
  },
  (table) => [
    primaryKey({ columns: [table.user_id, table.key] }),
    index("idempotency_keys_created_idx").on(table.created_at),
  ],
);

/** Counters of attempts to sign in, of mail to an address and of stored idempotency keys, by a keyed hash. */
export const throttles = pgTable(
  "throttles",
  {
    key: text().primaryKey(),
    attempts: integer().notNull(),
    last_attempt_at: timestamp().notNull().default(sql`now()`),
    blocked_until: timestamp(),
  },
  (table) => {
    const isFamiliar = sql`starts_with(${table.key}, 'familiar:')`;
    return [
      // Known networks are kept for longer than other counters: the purge finds the oldest of both.
      index("throttles_purge_idx").on(table.last_attempt_at).where(sql`not ${isFamiliar}`),
      index("throttles_familiar_idx").on(table.last_attempt_at).where(isFamiliar),
      // The networks of one account, which a reset of its password forgets.
      index("throttles_owner_idx").on(sql`split_part(${table.key}, ':', 2)`).where(isFamiliar),
    ];
  },
);

/** Events of accounts and their actors. Append-only: a trigger refuses any change but the purge. */
export const auditEvents = pgTable(
  "audit_events",
  {
    id: uuid().primaryKey(),
    created_at,
    kind: text({ enum: auditKinds }).notNull(),
    /** The account concerned. */
    user_id: uuid(),
    /** The actor, if somebody was signed in. */
    actor_id: uuid(),
    /** The organization concerned. */
    organization_id: uuid(),
    request_id: text(),
    network: text(),
    details: jsonb().$type<Record<string, string>>().notNull().default({}),
  },
  (table) => [
    index("audit_events_user_idx").on(table.user_id, table.id),
    index("audit_events_actor_idx").on(table.actor_id).where(sql`${table.actor_id} is distinct from ${table.user_id}`),
    index("audit_events_organization_idx")
      .on(table.organization_id, table.id)
      .where(sql`${table.organization_id} is not null`),
    index("audit_events_kind_idx").on(table.kind, table.id),
    check("audit_events_kind_check", oneOf(table.kind, auditKinds)),
  ],
);

/** Work that was committed with its cause, to be done after it. src/task/ runs it. */
export const tasks = pgTable(
  "tasks",
  {
    id: uuid().primaryKey(),
    /** The name of its declaration in src/tasks/. */
    name: text().notNull(),
    /** Only one task of a name waits under a key. */
    key: text(),
    input: jsonb().$type<unknown>().notNull(),
    state: text({ enum: taskStates }).notNull().default("waiting"),
    /** The number of attempts, including a running one. */
    attempt: integer().notNull().default(0),
    /** The time from which it may be claimed: of its next attempt or, while it runs, the end of its lease. */
    run_at: timestamp().notNull().default(sql`now()`),
    /** Counts the claims: only the newest one may complete the task. */
    fence: integer().notNull().default(0),
    /** The reason why its last attempt failed, in our own words. */
    error: text(),
    /** The request that caused it. */
    request_id: text(),
    created_at,
    finished_at: timestamp(),
  },
  (table) => [
    uniqueIndex("tasks_key").on(table.name, table.key).where(sql`${table.state} = 'waiting'`),
    // These two stay small, however many finished tasks are kept.
    index("tasks_due_idx").on(table.name, table.run_at).where(sql`${table.state} in ('waiting', 'running')`),
    index("tasks_running_idx").on(table.name).where(sql`${table.state} = 'running'`),
    index("tasks_purge_idx").on(table.finished_at).where(sql`${table.state} in ('done', 'cancelled')`),
    index("tasks_dead_idx").on(table.finished_at).where(sql`${table.state} = 'dead'`),
    index("tasks_state_idx").on(table.state, table.id),
    index("tasks_name_idx").on(table.name, table.id),
    check("tasks_state_check", oneOf(table.state, taskStates)),
  ],
);

/** The newest slot of each task with `every` that was enqueued: the next one has to be later. */
export const taskSchedules = pgTable("task_schedules", {
  name: text().primaryKey(),
  slot: timestamp().notNull(),
});

/**
 * Tables with an `organization_id` and no policy, because the guard or its caller reads them across organizations. The
 * queries of these have no backstop.
 */
export const acrossOrganizations: readonly PgTable[] = [members, customRoles, invitations, slugs, apiKeys, auditEvents];
