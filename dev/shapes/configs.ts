import { join, relative } from "node:path";
import { z } from "zod";
import { CommandError, projectFolder } from "../config.ts";
import { readWranglerToml } from "../ship/wrangler-toml.ts";
import { own } from "./own.ts";
import type { Parts } from "./parts.ts";

/** A Worker of a shape: the name of its part, the name under which it is deployed, and its configuration. */
export type ShapeWorker = { part: string; name: string; config: Record<string, unknown> };

/** Keys that say how wrangler builds and serves, or which are about all environments: the files are built here. */
const aboutBuilds = [
  ...["configPath", "userConfigPath", "topLevelName", "definedEnvironments", "targetEnvironment", "previews", "env"],
  ...["main", "build", "dev", "alias", "define", "minify", "jsx_factory", "jsx_fragment", "python_modules", "logfwdr"],
  ...["site", "base_dir", "rules", "tsconfig", "keep_names"],
];
/** Keys of the Worker that the world reaches. */
const ofRouter = ["routes", "route", "assets", "workers_dev", "preview_urls"];
/** Keys that the router needs beside those. */
const alsoOfRouter = ["account_id", "compatibility_date", "compatibility_flags", "observability", "upload_source_maps"];
/** Keys of the one Worker that runs tasks and has the Durable Objects. */
const ofBase = ["triggers", "migrations"];

/** The longest name of a Worker that has an address at workers.dev. */
const longestName = 63;

const Environment = z.looseObject({
  name: z.string(),
  vars: z.record(z.string(), z.unknown()).default({}),
  alias: z.record(z.string(), z.string()).default({}),
  keep_names: z.boolean().default(true),
  assets: z.looseObject({ directory: z.string() }).optional(),
  queues: z.looseObject({ consumers: z.array(z.unknown()).default([]) }),
  durable_objects: z.looseObject({
    bindings: z.array(z.looseObject({ name: z.string(), class_name: z.string(), script_name: z.string().optional() })),
  }),
});
type Environment = z.infer<typeof Environment>;

/** Reads an environment of wrangler.toml; the part outside of them is for this machine, and has the name `plinth`. */
export function readEnvironmentOf(env: string | undefined): Environment {
  const config = readWranglerToml(projectFolder, env);
  return Environment.parse({ ...config, ...(env === undefined && { name: "plinth" }) });
}

/** Configures every Worker of a shape, in the order of deployment: each before those that call it. */
export function shapeWorkers(parts: Parts, environment: Environment, folder: string, given = own): ShapeWorker[] {
  const { base, others } = parts;
  const { name } = environment;
  const known = ["base", ...others.map((part) => part.name), "router"];
  const unknown = Object.keys(given).filter((part) => !known.includes(part));
  if (unknown.length > 0) throw new CommandError(`dev/shapes/own.ts: no part is called ${unknown.join(", ")}.`);
  const all = Object.fromEntries(Object.entries(environment).filter(([key, value]) => isSaid(key, value)));
  const worker = (part: string, name: string, config: Record<string, unknown>): ShapeWorker => {
    if (name.length > longestName) {
      throw new CommandError(`${name} has ${name.length} characters, and a Worker's name at most ${longestName}.`);
    }
    const $schema = join(upTo(folder, part), "node_modules/wrangler/config-schema.json");
    const file = { main: "index.js", no_bundle: true };
    return { part, name, config: { $schema, ...config, ...given[part], name, ...file } };
  };
  const { assets } = environment;
  return [
    worker("base", name, { ...without(all, ofRouter), workers_dev: false, preview_urls: false }),
    ...others.map((part) =>
      worker(part.name, `${name}-${part.name}`, {
        ...without(all, [...ofRouter, ...ofBase]),
        queues: { ...environment.queues, consumers: [] },
        durable_objects: { bindings: boundTo(name, environment) },
        workers_dev: false,
        preview_urls: false,
      }),
    ),
    worker("router", `${name}-router`, {
      ...only(all, [...ofRouter, ...alsoOfRouter]),
      ...(assets && { assets: { ...assets, directory: join(upTo(folder, "router"), assets.directory) } }),
      vars: only(environment.vars, ["ALLOWED_ORIGINS"]),
      services: [base, ...others].map(({ binding, name: part }) => ({
        binding,
        service: part === "base" ? name : `${name}-${part}`,
      })),
    }),
  ];
}

/** Durable Objects of the base. */
function boundTo(name: string, { durable_objects }: Environment) {
  return durable_objects.bindings.map((binding) => ({ script_name: name, ...binding }));
}

/** The way from the folder of a Worker to the project. */
function upTo(folder: string, part: string): string {
  return relative(join(folder, part), projectFolder);
}

/** True for a key that says something about the deployed Worker. */
function isSaid(key: string, value: unknown): boolean {
  const isEmpty =
    value === undefined ||
    value === null ||
    (Array.isArray(value) && value.length === 0) ||
    (typeof value === "object" && Object.keys(value).length === 0);
  return !isEmpty && !aboutBuilds.includes(key);
}

function without(config: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)));
}

function only(config: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => keys.includes(key)));
}
