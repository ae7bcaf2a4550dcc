/** The variables by which node-postgres completes a connection string, or adds to it, but for those of TLS. */
const completing =
  /^PG(HOST|HOSTADDR|PORT|USER|PASSWORD|PASSFILE|DATABASE|OPTIONS|CLIENT_?ENCODING|REPLICATION|APPNAME|BINARY)$/;

/**
 * Takes these variables from this process and from what it starts, so that the connection string alone says where they go,
 * and as whom. Leaves `PGSSLMODE`, without which a connection could lose its encryption.
 */
export function dropConnectionVariables(): void {
  for (const name of Object.keys(process.env)) if (completing.test(name)) delete process.env[name];
}
