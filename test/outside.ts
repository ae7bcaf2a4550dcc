/**
 * Other services as tests meet them. No test reaches a real one: a resource says in `test/routes/<resource>/outside.ts`
 * what its services answer, and a test that is about another answer says so by {@link standIn}.
 */
import { onTestFinished } from "vitest";
import { noteStatements } from "./reach.ts";

/** The answer of another service. Each call gets an answer of its own. */
type Reply = (request: Request) => Response | Promise<Response>;
/** By host, with its port if the address has one: `"rates.example"`. */
export type Outside = Readonly<Record<string, Reply>>;

const modules = import.meta.glob<{ outside: Outside }>("./{routes,tasks}/*/outside.ts", { eager: true });
const usual: Outside = Object.assign({}, ...Object.values(modules).map(({ outside }) => outside));
/** The replies of the test that runs. */
const special = new Map<string, Reply>();
/** Hosts that somebody called, and that nobody stands in for. */
const strangers = new Set<string>();

// Modules are evaluated anew for each file of tests, in the same global scope, where a file may leave a spy in the place of
// fetch that a later one restores.
const [original, current] = [Symbol.for("the runtime's own fetch"), Symbol.for("fetch as the file that runs has it")];
const real: typeof fetch = Reflect.get(globalThis, original) ?? globalThis.fetch;
const standingIn: typeof fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const reply = special.get(url.host) ?? usual[url.host];
  // A clone is the runtime's own, as fetch answers: the library of the server on Node makes others.
  if (reply) return (await reply(new Request(input, init))).clone();
  if (isHere(url)) {
    noteStatements(url, init?.body);
    return real(input, init);
  }
  strangers.add(url.host);
  throw new TypeError(`${url.host} has no stand-in`);
};
Object.assign(globalThis, { [original]: real, [current]: standingIn });
globalThis.fetch = (...call) => Reflect.get(globalThis, current)(...call);

/** The database, and servers of tests. */
function isHere({ protocol, hostname }: URL): boolean {
  return protocol === "data:" || hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
}

/**
 * Answers calls to a host by these replies in turn, and then by the last of them, until the test ends. Calls to the
 * database go through. Returns the calls.
 */
export function standIn(host: string, ...replies: [Reply, ...Reply[]]): Request[] {
  const asked: Request[] = [];
  special.set(host, (request) => {
    asked.push(request);
    return (replies[asked.length - 1] ?? replies.at(-1) ?? replies[0])(request);
  });
  onTestFinished(() => void special.delete(host));
  return asked;
}

/** Fails a test in which the API called somebody for whom nobody stands in. */
export function holdOutside(): void {
  const [host] = strangers;
  strangers.clear();
  if (host === undefined) return;
  throw new Error(
    `The API called ${host}, which no test may reach: say in test/routes/<resource>/outside.ts what it answers, or by standIn in the test. docs/calls.md shows both.`,
  );
}
