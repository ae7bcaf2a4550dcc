/** The rows that traffic leaves behind, and how long each table keeps them. */

export type Growth = {
  table: string;
  /** Rows for each request, on average. */
  perRequest: number;
  /** Columns, and their values for a row that was made at the time `t`. */
  columns: string;
  values: string;
  /** The task that removes them. */
  purge: string;
  /** Why a row may stay. */
  bound: string;
};

/** An id as UUIDv7 makes it at the time `t`: the purges go by it. */
const id = `(lpad(to_hex((extract(epoch from t) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3)
  || '8' || substr(md5(random()::text), 1, 15))::uuid`;
const user = "(select id from users limit 1)";
const hash = "substr(md5(random()::text) || md5(random()::text), 1, 43)";
const mailbox = "'person' || n || '@example.com'";

/** Of 1,000 requests: 100 creates under a key, of which 10 are deleted later, 5 sign-ins, and what follows from them. */
export const growths: readonly Growth[] = [
  {
    table: "items",
    perRequest: 0.09,
    columns: "id, owner_id, title, description, created_at",
    values: `${id}, ${user}, 'Item ' || n, repeat('text ', 20), t`,
    purge: "",
    bound: "kept by its owner: ROWS_PER_OWNER",
  },
  {
    table: "items",
    perRequest: 0.01,
    columns: "id, owner_id, title, description, created_at, deleted_at",
    values: `${id}, ${user}, 'Deleted ' || n, repeat('text ', 20), t, t`,
    purge: "purge-deleted-items",
    bound: "RETENTION_DAYS after its deletion",
  },
  {
    table: "idempotency_keys",
    perRequest: 0.1,
    columns: "user_id, key, fingerprint, results, created_at",
    values: `${user}, 'key ' || n, ${hash}, array[json_build_array(json_build_object('id', ${id}, 'text', repeat('x', 300)))], t`,
    purge: "purge-idempotency-keys",
    bound: "a day",
  },
  {
    table: "sessions",
    perRequest: 0.005,
    columns: "id, user_id, token_hash, previous_hashes, created_at, last_used_at, expires_at, user_agent, network",
    values: `${id}, ${user}, ${hash}, array[${hash}], t, t, t + interval '30 days', 'Mozilla/5.0 (X11; Linux x86_64)', '203.0.113.9'`,
    purge: "purge-sessions",
    bound: "SESSION_ABSOLUTE_DAYS + SESSION_RETENTION_DAYS",
  },
  {
    table: "audit_events",
    perRequest: 0.006,
    columns: "id, created_at, kind, user_id, actor_id, request_id, network",
    values: `${id}, t, 'sign_in.succeeded', ${user}, ${user}, ${hash}, '203.0.113.9'`,
    purge: "purge-audit-events",
    bound: "AUDIT_RETENTION_DAYS",
  },
  {
    table: "mails",
    perRequest: 0.0005,
    columns: "id, user_id, kind, recipient, data, created_at, sent_at",
    values: `${id}, ${user}, 'new_sign_in', ${mailbox}, '{"name": "somebody"}', t, t`,
    purge: "purge-mails",
    bound: "MAIL_RETENTION_DAYS",
  },
  {
    table: "tasks",
    perRequest: 0.001,
    columns: "id, name, input, state, attempt, run_at, created_at, finished_at",
    values: `${id}, 'mails/send', '{}', 'done', 1, t, t, t`,
    purge: "purge-tasks",
    bound: "TASK_RETENTION_DAYS",
  },
  {
    table: "throttles",
    perRequest: 0.002,
    columns: "key, attempts, last_attempt_at",
    values: `case when n % 4 = 0 then 'familiar:' else 'login:' end || ${hash}, 1, t`,
    purge: "purge-throttles",
    bound: "a day; 90 days for a known network",
  },
  {
    table: "api_keys",
    perRequest: 0.000_01,
    columns: "id, user_id, made_by, name, permissions, networks, secret_hash, created_at, revoked_at",
    values: `${id}, ${user}, ${user}, 'Key ' || n, '{}', '{}', ${hash}, t, t`,
    purge: "purge-api-keys",
    bound: "API_KEY_RETENTION_DAYS after its end",
  },
];
