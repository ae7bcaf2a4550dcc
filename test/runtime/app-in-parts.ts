import { routerData, wholeData } from "../../dev/shapes/data.ts";
import { type Part, partsOf, type Shape } from "../../dev/shapes/parts.ts";
import type { Deps } from "../../src/context/types.ts";
import { appOf } from "../../src/endpoint/app-of.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { routeOutlineOf } from "../../src/endpoint/route-outline.ts";
import { refuseUnsound } from "../../src/endpoint/rules.ts";
import { documentFrom, type WholeData } from "../../src/shape/base.ts";
import { routerWorker } from "../../src/shape/router.ts";
import type { App } from "./worker.ts";

/** Makes a router and an app for each part, all in this isolate: `fetch` of the router's bindings is that of the apps. */
export function appInParts(endpoints: readonly Endpoint[], deps: Deps, shape: Shape): App {
  refuseUnsound(endpoints);
  const parts = partsOf(endpoints, shape);
  const { base, others } = parts;
  const router = routerWorker(routerData(parts));
  let document: WholeData["document"] | undefined;
  const whole = {
    outlines: endpoints.map(routeOutlineOf),
    document: (settings: Parameters<typeof documentFrom>[1]) => {
      document ??= wholeData(endpoints).document;
      return documentFrom(document, settings);
    },
  };
  const apps = new Map<Part, App>();
  // Made when they are asked, since most tests ask a few.
  const appFor = (part: Part): App => {
    const made = apps.get(part) ?? appOf(part.endpoints, deps, part === base ? whole : undefined);
    apps.set(part, made);
    return made;
  };
  return {
    fetch(request, own, ctx) {
      const targets = [base, ...others].map((part) => {
        const fetch = async (passed: Request) => appFor(part).fetch(passed, own, ctx);
        return [part.binding, { fetch }] as const;
      });
      return router.fetch(request, { ALLOWED_ORIGINS: own.ALLOWED_ORIGINS, ...Object.fromEntries(targets) });
    },
  };
}
