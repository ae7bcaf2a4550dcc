import { randomBytes } from "node:crypto";
import pg from "pg";

/** A database of one's own: its connection string, and its end. */
export interface Database {
  url: string;
  drop(): Promise<void>;
}

/** Creates an empty UTF-8 database on the server of `admin`, a connection string whose role may create databases. */
export async function createDatabase(admin: string): Promise<Database> {
  const name = `plinth_test_${randomBytes(6).toString("hex")}`;
  await execute(admin, `create database ${name} template template0 encoding 'UTF8'`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => execute(admin, `drop database if exists ${name} with (force)`),
  };
}

async function execute(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
