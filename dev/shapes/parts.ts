import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { routeOutlineOf } from "../../src/endpoint/route-outline.ts";
import type { Route } from "../../src/shape/router.ts";

/** The shapes of an API in several Workers: one for each group of endpoints, or one for each endpoint. */
export const shapes = ["group", "endpoint"] as const;
export type Shape = (typeof shapes)[number];

/** A Worker of some endpoints, and the router's binding for it. */
export type Part = { name: string; binding: string; endpoints: readonly Endpoint[] };

/** The base has all state, and refuses what no endpoint answers. */
export type Parts = { base: Part; others: readonly Part[]; routes: readonly Route[] };

/** Endpoints of this tag tell of the whole, which the base knows: they stay there in each shape. */
const ofBase = "operations";

/** Names that parts cannot have. */
const taken = ["base", "router"];

/** Divides endpoints. A group is a first tag. Throws for names that would not tell two Workers apart. */
export function partsOf(endpoints: readonly Endpoint[], shape: Shape): Parts {
  const named = Map.groupBy(endpoints, (endpoint) => nameOf(endpoint, shape));
  const part = (name: string): Part => ({ name, binding: bindingOf(name), endpoints: named.get(name) ?? [] });
  const others = [...named.keys()].filter((name) => name !== "base").map(part);
  const routes = endpoints.map((endpoint): Route => {
    const { method, path } = routeOutlineOf(endpoint);
    return [method, path, bindingOf(nameOf(endpoint, shape))];
  });
  return { base: part("base"), others, routes };
}

function nameOf({ contract }: Endpoint, shape: Shape): string {
  const [tag = ""] = contract.tags;
  if (tag === ofBase) return "base";
  const given = shape === "group" ? tag : contract.operationId;
  const name = given
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll(/[^A-Za-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .toLowerCase();
  if (name === "" || taken.includes(name)) {
    throw new Error(`${contract.operationId}: no Worker can be called "${given}". Choose another tag or operationId.`);
  }
  return name;
}

function bindingOf(name: string): string {
  return `PART_${name.replaceAll("-", "_").toUpperCase()}`;
}
