/** The variables by which node-postgres completes a connection string, or adds to it. */
const completing =
  /^PG(HOST|HOSTADDR|PORT|USER|PASSWORD|PASSFILE|DATABASE|OPTIONS|SSLMODE|SSLNEGOTIATION|CLIENT_?ENCODING|REPLICATION|APPNAME|BINARY)$/;

/**
 * Takes these variables from this process and from what it starts, so that the connection string alone says where they go,
 * and as whom.
 */
export function dropConnectionVariables(): void {
  for (const name of Object.keys(process.env)) if (completing.test(name)) delete process.env[name];
}
