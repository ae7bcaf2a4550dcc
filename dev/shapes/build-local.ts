/** Builds a shape for `npm run dev`, in a process of its own: this one has read the endpoints as they are now. */
import "../build/assets.ts";
import { endpoints } from "../../src/routes/index.ts";
import { failWith } from "../config.ts";
import { buildShape } from "./build.ts";
import { shapes } from "./parts.ts";

const [named, folder = ""] = process.argv.slice(2);
const shape = shapes.find((one) => one === named);
if (!shape) throw new Error(`There is no shape ${named}`);
await buildShape(endpoints, { shape, env: undefined, folder, isLocal: true }).then(
  (built) => process.send?.(built.map(({ part, name, folder, modules }) => ({ part, name, folder, modules }))),
  failWith,
);
