import type { Reporter, TestModule } from "vitest/node";

/** Ends the run with what was left out, if anything, and the count: `N passed, N failed`. */
export class CountReporter implements Reporter {
  readonly #notice: string | undefined;

  constructor(notice?: string) {
    this.#notice = notice;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = tests.filter((test) => test.result().state === "passed").length;
    const failedTests = tests.filter((test) => test.result().state === "failed").length;
    const brokenFiles = modules.filter(
      (module) => !module.ok() && [...module.children.allTests("failed")].length === 0,
    );
    if (this.#notice !== undefined) console.log(`\n${this.#notice}`);
    console.log(`\n${passed} passed, ${failedTests + brokenFiles.length + unhandledErrors.length} failed`);
  }
}
