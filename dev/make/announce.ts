import type { ScaffoldPlan } from "./scaffold.ts";

/** Says what was made, where lines were added, which pages follow from them, and what comes next. */
export function announce({ made, changed }: ScaffoldPlan, pages: string[], next: string[]): void {
  console.log(["Made:", ...made.keys()].join("\n  "));
  console.log(["Added to:", ...changed.keys(), ...pages].join("\n  "));
  console.log(`\n${next.join("\n")}`);
}
