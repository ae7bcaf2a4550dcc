import { OpenAPIHono } from "@hono/zod-openapi";
import { Places } from "../context/places.ts";
import type { AppEnv, Deps } from "../context/types.ts";
import { nothingHere, problem, toApiError } from "../errors.ts";
import { type Tagged, tagged } from "../http/etag.ts";
import { unfailing } from "../log.ts";
import { aroundEndpoints, inOrder, ofEveryRequest } from "../middleware/order.ts";
import type { Settings } from "../settings.ts";
import { describeApi } from "./document.ts";
import type { Endpoint } from "./endpoint.ts";
import { gateOf } from "./gate.ts";
import { type RouteOutline, routeOutlineOf } from "./route-outline.ts";
import { RememberingRouter } from "./router.ts";
import { refuseUnsound } from "./rules.ts";
import { blamingInput, blamingReference, refuseInvalid } from "./validation.ts";

/** The whole API, of which an app may serve a part: its document, preflights and refused methods name all endpoints. */
export type Whole = { outlines: readonly RouteOutline[]; document: (settings: Settings) => string };

/** Makes an app of endpoints, which are the whole API unless it is given. */
export function appOf<const Endpoints extends readonly Endpoint[]>(endpoints: Endpoints, deps: Deps, whole?: Whole) {
  refuseUnsound(endpoints);
  const app = new OpenAPIHono<AppEnv>({ strict: false, router: new RememberingRouter(), defaultHook: refuseInvalid });
  const { outlines, document } = whole ?? {
    outlines: endpoints.map(routeOutlineOf),
    document: (settings: Settings) => JSON.stringify(describeApi(app, endpoints, settings)),
  };

  const [places, log] = [new Places(), unfailing(deps.log)];
  app.use(
    ...inOrder(ofEveryRequest, {
      deps: { ...deps, log },
      places,
      document: documentOnce(document),
      outlines,
    }),
  );
  app.onError((thrown, c) => {
    const error = blamingReference(blamingInput(toApiError(thrown), c), c);
    c.error = error;
    return problem(c, error, c.var.policy);
  });
  app.notFound((c) => problem(c, nothingHere()));

  const { before, after } = aroundEndpoints(outlines);
  for (const [path, refusal] of before) app.use(path, refusal);
  const routed = app.openapiRoutes(endpoints);
  for (const [path, refusal] of after) app.use(path, refusal);
  const gate = gateOf(endpoints, places, log);
  const { fetch } = routed;
  routed.fetch = (request, bindings, ...rest) => gate(request, bindings ?? {}) ?? fetch(request, bindings, ...rest);
  return routed;
}

/** Makes the document once for each settings that an isolate has: it takes a request's time to write and to digest. */
function documentOnce(write: (settings: Settings) => string): (settings: Settings) => Tagged {
  const made = new WeakMap<Settings, Tagged>();
  return (settings) => {
    const document = made.get(settings) ?? tagged(write(settings));
    made.set(settings, document);
    return document;
  };
}
