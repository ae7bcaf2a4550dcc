import type { Credentials } from "./seed.ts";

type Places = {
  api: string;
  /** True if a front end is served at the root. */
  app: boolean;
  mailbox: string;
  /** A line for a shell if the database is the kept one, otherwise its location. */
  database: string;
  inspectorPort: number;
  admin: Credentials | undefined;
};

/** The text that `npm run dev` prints once everything runs. */
export function banner({ api, app, mailbox, database, inspectorPort, admin }: Places): string {
  const rows = [
    ["API", api],
    ...(app ? [["App", `${api}/`]] : []),
    ["Docs", `${api}/api/v1/docs`],
    ["Mailbox", mailbox],
    ["Database", database],
    ["Inspector", `127.0.0.1:${inspectorPort}, for a debugger to attach to`],
    ...(admin
      ? [
          ["Admin", admin.email],
          ["Password", admin.password],
        ]
      : []),
  ];
  return [
    "",
    ...rows.map(([name = "", value]) => `  ${name.padEnd(11)}${value}`),
    "",
    ...(admin ? ["Sign in as the admin and see who you are:", "", `  ${signIn(api, admin)}`, ""] : []),
    "Live: changes under src/, .dev.vars and wrangler.toml. After a new migration: npm run db:migrate, in another terminal.",
    "Look inside: psql, or npx drizzle-kit studio. Fill: npm run db:seed. Empty: npm run db:reset. Stop: Ctrl-C.",
    "One line follows for each request; npm run dev -- --json has them as JSON.",
    "",
  ].join("\n");
}

function signIn(api: string, { email, password }: Credentials): string {
  const login = `curl -s ${api}/api/v1/auth/login -d username=${email} -d password=${password}`;
  const token = `sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'`;
  return `curl ${api}/api/v1/users/me -H "Authorization: Bearer $(${login} | ${token})"`;
}
