import type { Client } from "./client.ts";
import { heyApi } from "./hey-api.ts";
import { kubb } from "./kubb.ts";
import { openapiTypescript } from "./openapi-typescript.ts";
import { orval } from "./orval.ts";

/** The clients that the generators have made of the document, each for the server at an origin. */
export const clients: Record<string, (origin: string) => Client> = {
  "openapi-typescript": openapiTypescript,
  "hey-api": heyApi,
  orval,
  kubb,
};
