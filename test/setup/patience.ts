import { vi } from "vitest";

// A busy machine may need longer than the second for which the runner waits where a test names no time.
const patience = { timeout: 30_000 };
const isPatient = Symbol.for("waits patiently");

// Files of tests may share one scope.
if (!Reflect.has(vi, isPatient)) {
  const { waitFor, waitUntil } = vi;
  const patient = (options?: Parameters<typeof waitFor>[1]) =>
    typeof options === "number" ? options : { ...patience, ...options };
  Object.assign(vi, {
    [isPatient]: true,
    waitFor: ((act, options) => waitFor(act, patient(options))) satisfies typeof waitFor,
    waitUntil: ((act, options) => waitUntil(act, patient(options))) satisfies typeof waitUntil,
  });
}
