import type { Reporter, TestModule, Vitest } from "vitest/node";

/** Ends the run with what was left out, if anything, and the count: `N passed, N failed`. */
export class CountReporter implements Reporter {
  readonly #notice: string | undefined;
  #watching = false;

  constructor(notice?: string) {
    this.#notice = notice;
  }

  onInit(vitest: Vitest): void {
    this.#watching = vitest.config.watch;
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
      `${passed} passed, ${failedTests + brokenFiles.length + unhandledErrors.length} failed`,
    ];
    const print = () => console.log(`\n${lines.join("\n")}`);
    // The coverage report comes after this event; the count is to be the last line.
    if (this.#watching) print();
    else process.once("exit", print);
  }
}
