import type { EventEmitter } from "node:events";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import pg from "pg";
import { dropConnectionVariables } from "../../src/platform/node/connection-variables.ts";
import {
  beginStatement,
  changesSession,
  isPostgresError,
  type LocalDatabase,
  type Result,
  type SqlStatement,
  type Tunnel,
} from "./database.ts";
import { int } from "./messages.ts";
import { isLocal } from "./target.ts";

dropConnectionVariables();
// PostgreSQL on this machine speaks no TLS.
const { PGSSLMODE: sslMode } = process.env;
delete process.env.PGSSLMODE;

/** The pools that may be open at once: tests come with a database each. */
const maxPools = 64;

type PostgresOptions = {
  connections?: number;
  /** The role that all but sessions act as, where it is not that of the URL. */
  role?: string | undefined;
};

/** Any Postgres behind a `postgres://` URL, over TCP; a pool of at most `connections` for each database. */
export function postgres(url: string, { connections = 20, role }: PostgresOptions = {}): LocalDatabase {
  const { database: name = "postgres", host } = new pg.Client({ connectionString: pgUrl(url) });
  const pools = new Map<string, pg.Pool>();

  function poolFor(database: string): pg.Pool {
    const known = pools.get(database);
    pools.delete(database);
    const pool = known ?? openPool(database === name ? url : inDatabase(url, database), connections, role);
    pools.set(database, pool);
    for (const [other, { totalCount, idleCount, waitingCount }] of pools) {
      if (pools.size <= maxPools) break;
      if (other === database || idleCount < totalCount || waitingCount > 0) continue;
      void pools.get(other)?.end();
      pools.delete(other);
    }
    return pool;
  }

  async function withClient<T extends Result | Result[]>(
    database: string | undefined,
    signal: AbortSignal | undefined,
    work: (client: pg.PoolClient) => Promise<T>,
  ): Promise<T> {
    const client = await poolFor(database ?? name).connect();
    let spoilt = true;
    const cancel = () => cancelQuery(client);
    signal?.addEventListener("abort", cancel);
    // A connection that breaks during a query also emits the error: unheard, it would end the process.
    client.on("error", ignore);
    try {
      signal?.throwIfAborted();
      const answer = await work(client);
      // A cancellation that comes late must not meet the next statement of this connection.
      spoilt = signal?.aborted || [answer].flat().some(changesSession);
      return answer;
    } catch (error) {
      spoilt = signal?.aborted || !(await recovered(client, error));
      throw error;
    } finally {
      signal?.removeEventListener("abort", cancel);
      client.off("error", ignore);
      client.release(spoilt);
    }
  }

  return {
    name,
    host,
    run: (statement, database, signal) => withClient(database, signal, (client) => execute(client, statement)),
    transaction: (statements, options, database, signal) =>
      withClient(database, signal, async (client) => {
        await client.query(beginStatement(options));
        const results: Result[] = [];
        try {
          for (const statement of statements) {
            results.push(await execute(client, statement));
            signal?.throwIfAborted();
          }
          await client.query("COMMIT");
        } catch (error) {
          throw isPostgresError(error) ? Object.assign(error, { place: results.length }) : error;
        }
        return results;
      }),
    async session(application, signal) {
      signal?.throwIfAborted();
      const client = new pg.Client({
        connectionString: pgUrl(url),
        application_name: application,
        connectionTimeoutMillis: 10_000,
        keepAlive: true,
      });
      client.on("error", ignore);
      await client.connect();
      const cancel = () => cancelQuery(client);
      signal?.addEventListener("abort", cancel);
      return {
        async run(query, params = []) {
          signal?.throwIfAborted();
          return execute(client, { query, params });
        },
        close() {
          signal?.removeEventListener("abort", cancel);
          return client.end().catch(ignore);
        },
      };
    },
    tunnel: (database) => openTunnel(database === name ? url : inDatabase(url, database), role),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

/**
 * `url` for node-postgres, elsewhere with the mode of `PGSSLMODE` if it has none. It warns about the modes that it treats as
 * `verify-full`, so that mode is named.
 */
export function pgUrl(url: string): string {
  const needsMode = sslMode !== undefined && !/[?&]sslmode=/.test(url) && !isLocal(url);
  const whole = needsMode ? `${url}${url.includes("?") ? "&" : "?"}sslmode=${sslMode}` : url;
  return whole.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)\b/, "$1verify-full");
}

function openPool(url: string, connections: number, role: string | undefined): pg.Pool {
  const pool = new pg.Pool({
    connectionString: pgUrl(url),
    max: connections,
    // A new connection costs PostgreSQL as much as dozens of requests.
    idleTimeoutMillis: 10_000,
    connectionTimeoutMillis: 10_000,
    onConnect: (client) => begin(client, role),
  });
  pool.on("error", ignore);
  return pool;
}

/** Neon's sessions are in UTC. */
async function begin(client: pg.ClientBase, role: string | undefined): Promise<void> {
  await client.query("SET TIME ZONE 'UTC'");
  if (role !== undefined) await client.query(`SET ROLE ${pg.escapeIdentifier(role)}`);
}

/** node-postgres signs in, whatever way the server asks for; from then on the bytes are the client's. */
async function openTunnel(url: string, role: string | undefined): Promise<Tunnel> {
  const client = new pg.Client({ connectionString: pgUrl(url), connectionTimeoutMillis: 10_000 });
  client.on("error", ignore);
  // Not in its types.
  const { connection }: { connection: EventEmitter & { stream: Duplex } } = Object(client);
  const parameters = new Map<string, string>();
  const note = (told: { parameterName: string; parameterValue: string }) =>
    parameters.set(told.parameterName, told.parameterValue);
  connection.on("parameterStatus", note);
  await client.connect();
  await begin(client, role);
  const { stream } = connection;
  for (const event of ["data", "error", "end", "close"]) stream.removeAllListeners(event);
  return { stream, parameters: [...parameters] };
}

function inDatabase(url: string, database: string): string {
  return url.replace(/^(\w+:\/\/[^/?#]*)(?:\/[^?#]*)?/, `$1/${encodeURIComponent(database)}`);
}

type ExtendedQuery = pg.QueryArrayConfig & { queryMode: "extended" };

async function execute(client: pg.ClientBase, { query, params }: SqlStatement): Promise<Result> {
  const extended: ExtendedQuery = {
    text: query,
    values: params,
    rowMode: "array",
    // node-postgres would send a query without parameters in the simple protocol, which takes several statements.
    queryMode: "extended",
    types: { getTypeParser: () => (value: string) => value },
  };
  const { command, rowCount, fields, rows } = await client.query<(string | null)[]>(extended);
  return { command, rowCount, rows, fields: fields.map((field) => ({ ...field, format: "text" })) };
}

/** Rolls back what the error has stopped; false where the connection is of no more use, and closing it rolls back. */
async function recovered(client: pg.PoolClient, error: unknown): Promise<boolean> {
  if (!isPostgresError(error) || error.severity !== "ERROR") return false;
  // After a COPY that it has cancelled, node-postgres waits for an answer that never comes.
  if (error.code === "57014") return false;
  if (client.getTransactionStatus() === "I") return true;
  return client.query("ROLLBACK").then(
    () => true,
    () => false,
  );
}

/** PostgreSQL's request to cancel, which goes through a connection of its own. */
const cancelCode = 80_877_102;

/** Cancels the statement that runs on a connection, if one does. */
function cancelQuery(client: pg.ClientBase): void {
  // Not in its types.
  const { host, port, processID, secretKey }: { host: string; port: number; processID: number; secretKey: number } =
    Object(client);
  const socket = host.startsWith("/") ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  socket.on("error", ignore);
  socket.end(Buffer.concat([16, cancelCode, processID, secretKey].map(int)));
}

function ignore(): void {}
