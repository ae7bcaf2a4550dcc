import { listOfEndpoints, type ScaffoldPlan } from "./scaffold.ts";

/** Says what was made, where lines were added, and what comes next. */
export function announce({ made, changed }: ScaffoldPlan, next: string[]): void {
  console.log(["Made:", ...made.keys()].join("\n  "));
  const pages = changed.has(listOfEndpoints) ? ["docs/access-matrix.md", "openapi.json", "client/src/"] : [];
  console.log(["Added to:", ...changed.keys(), ...pages].join("\n  "));
  console.log(`\n${next.join("\n")}`);
}
