import { createApp } from "../../src/app.ts";
import { usualSeconds } from "../../src/context/policy.ts";
import { describeApi } from "../../src/endpoint/document.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { refusalOf } from "../../src/endpoint/gate.ts";
import { routeOutlineOf } from "../../src/endpoint/route-outline.ts";
import { ApiError } from "../../src/errors.ts";
import type { WholeData } from "../../src/shape/base.ts";
import type { RouterData } from "../../src/shape/router.ts";
import type { TaskOutline } from "../../src/task/elsewhere.ts";
import { allTasks } from "../../src/tasks/index.ts";
import { answerSeconds } from "./own.ts";
import type { Parts } from "./parts.ts";

/** Everything that a router knows. */
export function routerData({ base, others, routes }: Parts): RouterData {
  const endpoints = [base, ...others].flatMap((part) => part.endpoints);
  return {
    routes,
    base: base.binding,
    unbound: refusalOf(new ApiError("misconfigured")),
    failed: refusalOf(
      new ApiError("overloaded", { detail: "The part of the service that does this cannot be reached." }),
    ),
    late: refusalOf(
      new ApiError("overloaded", { detail: "The part of the service that does this did not answer in time." }),
    ),
    wait: { answer: answerSeconds, body: Math.max(usualSeconds, ...endpoints.map(bodySeconds)) },
  };
}

function bodySeconds({ contract: { request } }: Endpoint): number {
  return request?.body?.seconds ?? usualSeconds;
}

/** The whole of these endpoints. */
export function wholeData(endpoints: readonly Endpoint[]): WholeData {
  const shown = { PROJECT_NAME: "?", VERSION: "?", FRONTEND_URL: undefined };
  const mark = "the info of the document";
  const document = { ...describeApi(createApp(endpoints), endpoints, shown), info: mark };
  const [before = "", after = ""] = JSON.stringify(document).split(JSON.stringify(mark));
  return { outlines: endpoints.map(routeOutlineOf), document: [before, after] };
}

/** The tasks that a part may enqueue. */
export function taskOutlines(): TaskOutline[] {
  return allTasks.map(({ name, timeoutSeconds }) => ({ name, timeoutSeconds }));
}
