import type { Endpoint } from "../src/endpoint/endpoint.ts";
import { refuseUnsound } from "../src/endpoint/rules.ts";
import { endpoints } from "../src/routes/index.ts";
import { CommandError } from "./config.ts";

/** The list of endpoints. Throws {@link CommandError} for those that cannot be served: nothing follows from them. */
export function soundEndpoints(): readonly Endpoint[] {
  return orSentence(() => {
    refuseUnsound(endpoints);
    return endpoints;
  });
}

/** Makes something of the endpoints. Throws errors as {@link CommandError}, since their sentences name the remedy. */
export function orSentence<Made>(make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    throw error instanceof Error ? new CommandError(error.message, { cause: error }) : error;
  }
}
