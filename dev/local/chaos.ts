/** The faults between a Worker and its database, as they look on the wire: `npm run dev -- --chaos` and the tests meet them. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";

type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  /** Has the database do what was asked, after `hold`, and answers what Neon would. */
  answered: (hold?: () => Promise<unknown>) => Promise<Answer>;
};
type Answer = { status: number; payload: Buffer };

/** `arrives`: whether the statements reach the database. */
type Fault = { arrives: boolean; meet: (exchange: Exchange) => Promise<unknown> };

/** The SQLSTATEs that matter, in PostgreSQL's own words. */
export const sqlstates = {
  "08006": "connection failure",
  "0A000": "cached plan must not change result type",
  "25006": "cannot execute INSERT in a read-only transaction",
  "40001": "could not serialize access due to concurrent update",
  "40P01": "deadlock detected",
  "42501": "permission denied for table items",
  "53100": "could not extend file: No space left on device",
  "53300": "sorry, too many clients already",
  "55P03": "canceling statement due to lock timeout",
  "57014": "canceling statement due to statement timeout",
  "57P01": "terminating connection due to administrator command",
  "57P03": "the database system is starting up",
};

/** Something before PostgreSQL answers, or PostgreSQL refuses. */
function says(status: number, body: string, headers: Record<string, string> = {}): Fault {
  const meet = async ({ request, response }: Exchange) => {
    await read(request);
    response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(body);
  };
  return { arrives: false, meet };
}

function page(status: number, title: string, headers: Record<string, string> = {}): Fault {
  return says(status, `<html><h1>${title}</h1></html>`, { "Content-Type": "text/html", ...headers });
}

function message(text: string, code = ""): string {
  // Nothing of what an error repeats may get into a log or an answer.
  const repeated = {
    detail: "Key (email)=(parameter@example.com)",
    where: "SQL statement \"insert into items values ('parameter')\"",
  };
  return JSON.stringify({ message: text, code, severity: code && "ERROR", ...repeated });
}

/** The database does what was asked, and its answer does not arrive as it should. */
function spoils(spoil: (response: ServerResponse, answer: Answer) => unknown): Fault {
  return { arrives: true, meet: async ({ response, answered }) => spoil(response, await answered()) };
}

const json = { "content-type": "application/json" };
const half = ({ payload }: Answer) => payload.subarray(0, payload.length / 2);

export const faults = {
  /** A caller has to choose a closed port: this one is open. */
  refuse: { arrives: false, meet: async ({ response }) => reset(response) },
  "reset-before": {
    arrives: false,
    meet: async ({ request, response }) => {
      await read(request);
      reset(response);
    },
  },
  "reset-after": spoils(reset),
  slow: spoils(async (response, { status, payload }) => {
    await wait(1_000);
    response.writeHead(status, json).end(payload);
  }),
  "hang-before": { arrives: false, meet: async ({ response }) => gone(response) },
  "hang-after": spoils(gone),
  /** The statements arrive when the Worker has given them up. */
  late: {
    arrives: true,
    meet: ({ response, answered }) => answered(() => gone(response)),
  },
  drip: spoils(async (response, { status, payload }) => {
    response.writeHead(status, { ...json, "content-length": payload.length });
    for (const byte of payload) {
      if (response.destroyed) return;
      response.write(Buffer.of(byte));
      await wait(100);
    }
    reset(response);
  }),
  truncate: spoils(async (response, answer) => {
    response.writeHead(answer.status, { ...json, "content-length": answer.payload.length }).write(half(answer));
    await wait(20);
    reset(response);
  }),
  "truncate-clean": spoils((response, answer) => response.writeHead(answer.status, json).end(half(answer))),
  empty: spoils((response) => response.writeHead(200, json).end()),
  "html-502": page(502, "502 Bad Gateway"),
  "html-503": page(503, "503 Service Temporarily Unavailable"),
  "html-429": page(429, "429 Too Many Requests", { "Retry-After": "7" }),
  "html-200": page(200, "Welcome"),
  "json-500": says(500, message("Control plane request failed")),
  "json-402": says(402, message("Your account or project has exceeded the compute time quota.")),
  "json-400": says(400, message("The requested endpoint could not be found, or you don't have access to it.")),
  "wrong-json": says(200, '{"hello":"world","rows":7}'),
  "null-json": says(200, "null"),
  "no-results": says(200, '{"results":[]}'),
  "bad-gzip": says(200, "this is not gzip at all", { "Content-Encoding": "gzip" }),
  redirect: says(302, "", { Location: "/elsewhere" }),
  huge: says(200, JSON.stringify("x".repeat(2 ** 22))),
  // Restores the names, which `fromEntries` loses.
  ...(Object.fromEntries(
    Object.entries(sqlstates).map(([code, text]) => [code, says(400, message(text, code))]),
  ) as Record<keyof typeof sqlstates, Fault>),
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;
// TypeScript does not narrow the keys of an object.
export const faultNames = Object.keys(faults) as readonly FaultName[];

/** The fault that a request asks for, if it is one of these. */
export function faultIn(headers: IncomingHttpHeaders): Fault | undefined {
  const name = faultNamed(headers["x-chaos"]);
  return name && faults[name];
}

/** The fault of this name. */
export function faultNamed(text: unknown): FaultName | undefined {
  return faultNames.find((name) => name === text);
}

// TypeScript does not narrow the keys of an object.
const sqlstateNames = Object.keys(sqlstates) as (keyof typeof sqlstates)[];

/** The faults that a transaction's connection can meet: when it is made, and at each of its statements. */
export const socketFaultNames = {
  connect: ["refuse", "reset-before", "slow", "hang-before", "html-502", "html-503", "html-429", ...sqlstateNames],
  session: ["reset-before", "reset-after", "slow", "hang-before", "hang-after", "late", "truncate", ...sqlstateNames],
} as const satisfies Record<string, readonly FaultName[]>;

/** Reads a request to its end: a client that is still sending sees no answer. */
async function read(request: IncomingMessage): Promise<void> {
  for await (const _ of request);
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

/** Waits until the client has gone. */
function gone(response: ServerResponse): Promise<unknown> {
  return new Promise((resolve) => (response.destroyed ? resolve(undefined) : response.once("close", resolve)));
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
