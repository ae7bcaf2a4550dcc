import { randomBytes } from "node:crypto";
import pg from "pg";

/** A database for one caller: its connection string, and its end. */
export interface ThrowawayDatabase {
  url: string;
  drop(): Promise<void>;
}

/** Creates an empty UTF-8 database on the server of `admin`, a connection string whose role may create databases. */
export function createDatabase(admin: string): Promise<ThrowawayDatabase> {
  return create(admin, `plinth_test_${randomBytes(6).toString("hex")}`, "template0");
}

/** Copies the database of `url`, which nobody may be connected to. The copy also goes when the original is dropped. */
export function copyDatabase(admin: string, url: string, name = nameOfCopy(url)): Promise<ThrowawayDatabase> {
  return create(admin, name, nameIn(url));
}

/** A name for a copy of the database of `url`. */
export function nameOfCopy(url: string): string {
  return `${nameIn(url)}_${randomBytes(3).toString("hex")}`;
}

function nameIn(url: string): string {
  return new URL(url).pathname.slice(1);
}

async function create(admin: string, name: string, template: string): Promise<ThrowawayDatabase> {
  await query(admin, `create database ${name} template ${template} encoding 'UTF8'`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      const names = await query(admin, `select datname from pg_database where starts_with(datname, '${name}')`);
      for (const { datname } of names) await query(admin, `drop database if exists ${datname} with (force)`);
      await query(admin, `drop role if exists ${name}_worker`);
    },
  };
}

async function query(connectionString: string, statement: string): Promise<{ datname?: string }[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<{ datname?: string }>(statement)).rows;
  } finally {
    await client.end();
  }
}
