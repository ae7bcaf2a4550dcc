import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { faultIn } from "./chaos.ts";
import { errorBody, isPostgresError, type LocalDatabase } from "./database.ts";
import { type Heard, heard } from "./heard.ts";
import { answerOf, BadRequest, localUser, maxBytes, parseRequest, WrongPassword } from "./neon-protocol.ts";
import { acceptSockets } from "./neon-socket.ts";

export type NeonEndpoint = {
  /** For `neonConfig.fetchEndpoint`. */
  url: string;
  /** For `neon()`. Its path names the database. */
  connectionString: string;
  /** Answers what was asked before, then stops. The database stays open: it is the caller's. */
  close(): Promise<void>;
};

export type NeonOptions = {
  port?: number;
  host?: string;
  /** The password that a request's connection string must hold, if any. */
  password?: string;
  /** Hears of the statements of each request that names the one that it was made for. */
  hear?: (heard: Heard) => void;
  /** Lets a request ask for a fault of dev/local/chaos.ts by its header `X-Chaos`. */
  chaos?: boolean;
};

/** Serves `database` as Neon serves its own: SQL over HTTP at `POST /sql`, and PostgreSQL's protocol in WebSockets at `/v2`. */
export async function serveNeon(database: LocalDatabase, options: NeonOptions = {}): Promise<NeonEndpoint> {
  const { port = 0, host = "127.0.0.1", password, chaos, hear } = options;
  // Longer than the driver keeps a connection, so that it never sends into one that is being closed.
  const server = createServer({ keepAliveTimeout: 120_000 }, async (request, response) => {
    const fault = chaos ? faultIn(request.headers) : undefined;
    if (fault) {
      const answered = (hold?: () => Promise<unknown>) => answer(database, request, { password, hear, hold });
      return void fault.meet({ request, response, answered }).catch(() => response.destroy());
    }
    const { status, payload } = await answer(database, request, { password, hear, signal: goneWith(response) });
    response.writeHead(status, { "content-type": "application/json", "content-length": payload.length });
    response.end(payload);
  });
  // Those that a fault keeps waiting are no requests any more, and no WebSockets yet.
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  const endSockets = acceptSockets(server, database, { password, chaos });
  server.listen(port, host);
  await once(server, "listening");
  // A server on TCP has an AddressInfo; the other forms are those of pipes and closed servers.
  const address = server.address() as AddressInfo;
  const authority = password === undefined ? localUser : `${localUser}:${encodeURIComponent(password)}`;
  return {
    url: `http://${host}:${address.port}/sql`,
    connectionString: `postgresql://${authority}@${host}/${encodeURIComponent(database.name)}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      endSockets();
      const bound = setTimeout(() => {
        for (const socket of open) socket.destroy();
      }, 3_000);
      await closed;
      clearTimeout(bound);
    },
  };
}

/** Aborts when the client has gone before its answer: Neon cancels what it asked for. */
function goneWith(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => response.writableFinished || controller.abort());
  return controller.signal;
}

type Answer = { status: number; payload: Buffer };
type Terms = {
  password: string | undefined;
  hear: NeonOptions["hear"] | undefined;
  signal?: AbortSignal;
  /** Waited for between the request and its statements. */
  hold?: (() => Promise<unknown>) | undefined;
};

async function answer(database: LocalDatabase, request: IncomingMessage, terms: Terms): Promise<Answer> {
  try {
    const { payload } = jsonAnswer(200, await perform(database, request, terms));
    if (payload.length <= maxBytes) return { status: 200, payload };
    return jsonAnswer(507, { message: `The answer is larger than ${maxBytes} bytes` });
  } catch (error) {
    if (error instanceof BadRequest) return jsonAnswer(400, { message: error.message });
    if (error instanceof WrongPassword) return jsonAnswer(400, errorBody(error.message, { code: "", severity: "" }));
    // No SQLSTATE, so not 400: whether anything was written is unknown.
    if (!isPostgresError(error)) return jsonAnswer(500, { message: String(error) });
    return jsonAnswer(400, errorBody(error.message, error));
  }
}

async function perform(database: LocalDatabase, request: IncomingMessage, terms: Terms): Promise<unknown> {
  const { password, signal, hold } = terms;
  const { asArray, name, ...asked } = await parseRequest(request, password);
  await hold?.();
  if (asked.kind === "single") {
    const [result] = await heard(request, terms.hear, [asked.statement], async () => [
      await database.run(asked.statement, name, signal),
    ]);
    return result && answerOf(result, asArray);
  }
  const results = await heard(request, terms.hear, asked.statements, () =>
    database.transaction(asked.statements, asked.options, name, signal),
  );
  return { results: results.map((result) => answerOf(result, asArray)) };
}

function jsonAnswer(status: number, body: unknown): Answer {
  return { status, payload: Buffer.from(JSON.stringify(body)) };
}
