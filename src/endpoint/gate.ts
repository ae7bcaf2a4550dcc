import { configurationOf } from "../context/bindings.ts";
import type { Places } from "../context/places.ts";
import type { Policy, WorkKind } from "../context/policy.ts";
import { ApiError, errorTable, type ProblemShape, problemBody, problemHeaders } from "../errors.ts";
import { answersOf, type Refusal, refusedId } from "../http/refusal.ts";
import type { Log } from "../log.ts";
import { headersAt, headersOfSecure } from "../middleware/answer-headers.ts";
import { exposed } from "../middleware/cors.ts";
import { type Bindings, SettingsError, type Switch } from "../settings.ts";
import type { Endpoint } from "./endpoint.ts";
import { routeOutlineOf } from "./route-outline.ts";
import { finderIn, type RouteTo } from "./router.ts";

/** The answer to a request that is refused, and undefined for all others. */
type Gate = (request: Request, bindings: Bindings) => Response | undefined;

type Refusable = { work: WorkKind; offBy: Switch | undefined; answer: ReturnType<typeof answersOf> };

/**
 * Makes the gate in front of all stages, which refuses a request that would find no place with 503 `overloaded`: by the
 * way of all stages, a refusal would cost twice as much. An endpoint that is `cached` asks its cache first.
 */
export function gateOf(endpoints: readonly Endpoint[], places: Places, log: Log): Gate {
  const find = finderIn(endpoints.flatMap(refusableIn));
  return (request, bindings) => {
    const settings = configurationOf(bindings);
    // Nearly all requests find one, and need no more than this.
    if (settings instanceof SettingsError || places.hasRoom("bulk", settings)) return undefined;
    const found = find(request);
    if (!found || (found.offBy && settings[found.offBy] === "off") || places.hasRoom(found.work, settings)) {
      return undefined;
    }
    const [requestId, headers, refused] = [refusedId(request), places.refuse(), places.refusalsToTell()];
    if (refused !== undefined) log({ level: "warn", message: "overloaded", refused, request_id: requestId });
    const isListed = (origin: string) => settings.ALLOWED_ORIGINS.includes(origin);
    return found.answer(request, { requestId, headers, isListed });
  };
}

function refusableIn(endpoint: Endpoint): RouteTo<Refusable>[] {
  const { contract, policy } = endpoint;
  if (contract.cached || !policy.work) return [];
  const { method, path } = routeOutlineOf(endpoint);
  const answer = answersOf(refusalOf(new ApiError("overloaded"), policy));
  return [[method, path, { work: policy.work, offBy: contract.offBy, answer }]];
}

/** The answer that refuses a request by this error, at the endpoint of a policy or at any. */
export function refusalOf(error: ApiError, policy?: Policy): Refusal {
  const shape: ProblemShape = policy ?? { oauth: false, fields: [] };
  const { request_id: _, ...body } = problemBody(error, "", shape);
  return {
    status: errorTable[error.code].status,
    headers: [...headersAt(policy), ...Object.entries(problemHeaders(error, shape))],
    secure: Object.entries(headersOfSecure),
    exposed,
    body,
  };
}
