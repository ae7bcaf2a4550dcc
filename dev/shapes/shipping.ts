import { resolve } from "node:path";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { routeOutlineOf } from "../../src/endpoint/route-outline.ts";
import { endpoints } from "../../src/routes/index.ts";
import { CommandError } from "../config.ts";
import type { ShapeOptions } from "../ship/shape-plan.ts";
import type { Probe } from "../ship/smoke.ts";
import type { Telling } from "../terminal.ts";
import { buildFolder, buildShape } from "./build.ts";
import { partsOf, type Shape, shapes } from "./parts.ts";
import { measured } from "./table.ts";

const anyId = "00000000-0000-7000-8000-000000000000";

/**
 * The shape of this name, for `npm run ship` and `npm run preflight`. `starts` bounds the Workers whose start is
 * measured: the base, the router and the largest.
 */
export async function shapeOptions(
  name: string,
  { secretsFile, starts, tell }: { secretsFile?: string | undefined; starts: number; tell?: Telling },
): Promise<ShapeOptions> {
  const shape = shapeNamed(name);
  await import("../build/assets.ts");
  return {
    build: (env) => buildShape(endpoints, { shape, env, folder: buildFolder(shape, env) }),
    measure: (built) => measured(built, starts, tell),
    probes: probesOf(endpoints, shape),
    ...(secretsFile !== undefined && { secretsFile: resolve(secretsFile) }),
  };
}

/** The shape of this name. Throws {@link CommandError} if it is not one of several Workers. */
export function shapeNamed(name: string): Shape {
  const shape = shapes.find((one) => one === name);
  if (shape) return shape;
  throw new CommandError(`--shape is single, ${shapes.join(" or ")}.`);
}

/** A call of each part that changes nothing: it reads, or is refused for want of a caller. */
export function probesOf(all: readonly Endpoint[], shape: Shape): Probe[] {
  return partsOf(all, shape).others.flatMap(({ endpoints: own }) => {
    const closed = own.filter(({ contract }) => contract.access !== "public");
    const isRead = ({ contract }: Endpoint) => contract.method === "get";
    // Without a caller it is refused before it calls anybody else. A public one may depend on others.
    const harmless = closed.find(isRead) ?? closed[0] ?? own.find(isRead);
    if (!harmless) return [];
    const { method, path } = routeOutlineOf(harmless);
    return [{ method, path: path.replaceAll(/:\w+/g, anyId) }];
  });
}
