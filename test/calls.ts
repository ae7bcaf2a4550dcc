/**
 * A call that succeeds, of each endpoint: the tests of the house send it as it is, twice, with another's token, with a
 * stale version. A resource tells its own in `test/routes/<resource>/calls.ts`.
 */
import type { Endpoint } from "../src/endpoint/endpoint.ts";
import { endpoints } from "../src/routes/index.ts";
import { carrying } from "./examples.ts";
import type { Answer, serve } from "./harness.ts";
import { api } from "./harness.ts";

export type Call = {
  path: string;
  token?: string;
  /** The fields of its JSON, or of its form, to which an example of each file is added. */
  json?: Record<string, unknown>;
  /** The body of an `upload`. */
  body?: BodyInit;
  headers?: Record<string, string>;
  /** True if its path names nothing of one user, but something such as a currency, which every caller may see alike. */
  isAnybodys?: boolean;
};

/** By `operationId`. Each makes the data that it needs, which belongs to a new user each time. */
export type Calls = Record<string, () => Promise<Call>>;

const modules = import.meta.glob<{ calls: Calls }>("./routes/*/calls.ts", { eager: true });
const all: Calls = Object.assign({}, ...Object.values(modules).map(({ calls }) => calls));

/** The endpoints that have a call, each with it. */
export const called: readonly { operationId: string; endpoint: Endpoint; make: () => Promise<Call> }[] =
  endpoints.flatMap((endpoint) => {
    const { operationId } = endpoint.policy;
    const make = all[operationId];
    return make ? [{ operationId, endpoint, make }] : [];
  });

/** Those that have none. */
export const uncalled: readonly Endpoint[] = endpoints.filter(({ policy }) => !all[policy.operationId]);

/** Calls of endpoints that are not, or no longer, in the list. */
export const misnamed: readonly string[] = Object.keys(all).filter(
  (name) => !endpoints.some(({ policy }) => policy.operationId === name),
);

/** The call with these headers beside its own. */
export function withHeaders(call: Call, headers: Record<string, string>): Call {
  return { ...call, headers: { ...call.headers, ...headers } };
}

export function send(
  endpoint: Endpoint,
  { path, json, ...init }: Call,
  app: ReturnType<typeof serve> = api,
): Promise<Answer> {
  const body = json === undefined ? {} : carrying(endpoint, json);
  return app.call(endpoint.route.method.toUpperCase(), path, {
    ...{ ...init, ...body },
    headers: { ...init.headers, ...body.headers },
  });
}
