import type { Reporter, TestModule, TestSpecification, Vitest } from "vitest/node";

/** Ends the run with what was left out or never provoked, if anything, and the count: `N passed, N failed`. */
export class CountReporter implements Reporter {
  readonly #notice: string | undefined;
  #watching = false;
  #isWhole = false;
  #vitest: Vitest | undefined;

  constructor(notice?: string) {
    this.#notice = notice;
  }

  onInit(vitest: Vitest): void {
    this.#watching = vitest.config.watch;
    this.#vitest = vitest;
  }

  async onTestRunStart(specifications: readonly TestSpecification[]): Promise<void> {
    const all = (await this.#vitest?.globTestSpecifications()) ?? [];
    this.#isWhole = specifications.length === all.length && !this.#vitest?.config.testNamePattern;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    if (modules.length === 0) return;
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const passed = states.filter((state) => state === "passed").length;
    const failedTests = states.filter((state) => state === "failed").length;
    const brokenFiles = modules.filter(
      (module) => !module.ok() && [...module.children.allTests("failed")].length === 0,
    );
    const lines = [
      ...(this.#notice === undefined ? [] : [this.#notice]),
      ...(this.#isWhole ? unprovoked(modules) : []),
      `${passed} passed, ${failedTests + brokenFiles.length + unhandledErrors.length} failed`,
    ];
    const print = () => console.log(`\n${lines.join("\n")}`);
    // The coverage report comes after this event; the count is to be the last line.
    if (this.#watching) print();
    else process.once("exit", print);
  }
}

/** The errors that contracts list and no test provoked: not wrong by itself, but nobody knows whether they are true. */
function unprovoked(modules: readonly TestModule[]): string[] {
  const metas = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.meta()));
  const provoked = new Set(metas.flatMap((meta) => meta.provoked ?? []));
  const missing = metas.flatMap((meta) => meta.listed ?? []).filter((error) => !provoked.has(error));
  return missing.length === 0 ? [] : [`Errors in contracts that no test provoked:\n  ${missing.join("\n  ")}`];
}
