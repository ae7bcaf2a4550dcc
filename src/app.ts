import { OpenAPIHono } from "@hono/zod-openapi";
import { Places } from "./context/places.ts";
import type { AppEnv, Deps } from "./context/types.ts";
import { connect } from "./db/client.ts";
import { beginSession } from "./db/session.ts";
import { describeApi } from "./endpoint/document.ts";
import type { Endpoint } from "./endpoint/endpoint.ts";
import { RememberingRouter } from "./endpoint/router.ts";
import { refuseUnsound } from "./endpoint/rules.ts";
import { refuseInvalid } from "./endpoint/validation.ts";
import { nothingHere, problem, toApiError } from "./errors.ts";
import { logToConsole, unfailing } from "./log.ts";
import { transportFor } from "./mail/transports.ts";
import { aroundEndpoints, inOrder, ofEveryRequest } from "./middleware/order.ts";
import { addressOfEdge } from "./platform/address.ts";
import { answersOfDataCentre } from "./platform/answers.ts";
import { hasherOf } from "./platform/hashing.ts";
import { textsFor } from "./platform/texts.ts";
import type { Settings } from "./settings.ts";
import { allTasks } from "./tasks/index.ts";

/** The app's dependencies in a Worker. */
export const production: Deps = {
  connect,
  begin: beginSession,
  address: addressOfEdge,
  hasher: hasherOf,
  transport: transportFor,
  now: () => new Date(),
  cache: textsFor,
  answers: answersOfDataCentre,
  log: logToConsole,
  tasks: allTasks,
};

/** Makes an app of all endpoints or any subset of them, with these dependencies or others. */
export function createApp<const Endpoints extends readonly Endpoint[]>(endpoints: Endpoints, deps: Deps = production) {
  refuseUnsound(endpoints);
  const app = new OpenAPIHono<AppEnv>({ strict: false, router: new RememberingRouter(), defaultHook: refuseInvalid });
  let document: string | undefined;
  const documentOnce = (settings: Settings) => {
    document ??= JSON.stringify(describeApi(app, endpoints, settings));
    return document;
  };

  app.use(
    ...inOrder(ofEveryRequest, {
      deps: { ...deps, log: unfailing(deps.log) },
      places: new Places(),
      document: documentOnce,
      endpoints,
    }),
  );
  app.onError((error, c) => problem(c, toApiError(error), c.var.policy));
  app.notFound((c) => problem(c, nothingHere()));

  const { before, after } = aroundEndpoints(endpoints);
  for (const [path, refusal] of before) app.use(path, refusal);
  const routed = app.openapiRoutes(endpoints);
  for (const [path, refusal] of after) app.use(path, refusal);
  return routed;
}
