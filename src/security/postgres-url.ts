/** Parameters by which node-postgres or libpq would take another place or role than the one that stands before them. */
const overrides = ["host", "hostaddr", "port", "user", "password", "database", "dbname", "service", "servicefile"];

/**
 * True for `postgres://…@host/database` that names its place and its role before the `?` alone, so that all who read it mean
 * the same database.
 */
export function isPostgresUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, pathname, searchParams } = new URL(value);
  const isNamed = /^postgres(ql)?:$/.test(protocol) && hostname !== "" && pathname.length > 1;
  return isNamed && overrides.every((name) => !searchParams.has(name));
}
