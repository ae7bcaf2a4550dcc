/** The faults of a transaction's connection: those of dev/local/chaos.ts, as they look in a WebSocket. */
import { type Duplex, finished } from "node:stream";
import { type FaultName, faultNamed, sqlstates } from "./chaos.ts";
import { chaosType, errorMessage, message } from "./messages.ts";
import { cut, type Message } from "./tunnel-faults.ts";

const nothing = Buffer.alloc(0);
/** The SQLSTATEs after which PostgreSQL closes the connection. */
const fatal = ["08006", "53300", "57P01", "57P03"];
const statuses: Partial<Record<FaultName, string>> = {
  "html-502": "502 Bad Gateway",
  "html-503": "503 Service Temporarily Unavailable",
  "html-429": "429 Too Many Requests",
};

/** Meets a connection with a fault before it is made. Answers false if the fault comes later, or there is none. */
export async function refuseConnection(socket: Duplex, fault: FaultName | undefined): Promise<boolean> {
  if (fault === undefined || sqlstateOf(fault)) return false;
  if (fault === "slow") {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return false;
  }
  const status = statuses[fault];
  // Silence until the client has gone.
  if (fault === "hang-before") socket.on("error", () => {}).resume();
  else if (status)
    socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>${status}</html>`);
  else socket.destroy();
  return true;
}

/** An SQLSTATE with PostgreSQL's words for it, if the fault is one. */
export function sqlstateOf(fault: FaultName | undefined): { code: string; words: string } | undefined {
  const found = Object.entries(sqlstates).find(([code]) => code === fault);
  return found && { code: found[0], words: found[1] };
}

/**
 * Carries a session's bytes. Each statement behind a message of the type {@link chaosType} meets the fault that it names;
 * `end` breaks the connection off.
 */
export function carryWithFaults(client: Duplex, stream: Duplex, end: () => void): void {
  let fault: FaultName | undefined;
  let held: Buffer[] = [];
  const hold = ({ message: bytes }: Message) => {
    held.push(bytes);
    return nothing;
  };
  const asked = cut((one) => {
    if (one.type === chaosType) {
      fault = faultNamed(one.body.toString());
      return nothing;
    }
    const isLast = one.type === "Q" || one.type === "S";
    const state = sqlstateOf(fault);
    if (state) {
      if (isLast) refuse(state);
      return nothing;
    }
    if (fault === "reset-before") end();
    if (fault === "late") return hold(one);
    return fault === "reset-before" || fault === "hang-before" ? nothing : one.message;
  });
  const answered = cut((one) => {
    const isLast = one.type === "Z";
    if (fault === "reset-after" || fault === "hang-after") {
      if (isLast && fault === "reset-after") end();
      return nothing;
    }
    if (fault !== "slow" && fault !== "truncate") return one.message;
    hold(one);
    if (isLast) answerLate(fault);
    return nothing;
  });

  function refuse({ code, words }: { code: string; words: string }): void {
    fault = undefined;
    // Nothing of what an error repeats may get into a log or an answer.
    const repeated = { D: "Key (email)=(parameter@example.com)", W: "insert into items values ('parameter')" };
    const severity = fatal.includes(code) ? "FATAL" : "ERROR";
    answered.push(errorMessage(Object.entries({ S: severity, V: severity, C: code, M: words, ...repeated })));
    if (severity === "FATAL") setTimeout(end, 20);
    else answered.push(message("Z", Buffer.from("E")));
  }

  function answerLate(how: "slow" | "truncate"): void {
    const all = Buffer.concat(held);
    held = [];
    fault = undefined;
    if (how === "slow") return void setTimeout(() => answered.push(all), 1_000);
    answered.push(all.subarray(0, all.length / 2));
    setTimeout(end, 20);
  }

  // A connection that breaks ends without closing, and PostgreSQL would keep the session with its locks.
  finished(client, { writable: false }, () => {
    // The statement arrives when the client has given it up.
    if (fault === "late") stream.end(Buffer.concat(held));
    else stream.destroy();
  });
  stream.once("close", () => client.destroy());
  for (const one of [stream, asked, answered]) one.on("error", () => client.destroy());
  client.pipe(asked).pipe(stream, { end: false }).pipe(answered).pipe(client);
}
