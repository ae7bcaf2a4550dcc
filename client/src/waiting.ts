/** Waits for `work`, unless the caller gives up. */
export function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // React Native gives no reason.
    const stop = () => reject(signal.reason ?? Object.assign(new Error(), { name: "AbortError" }));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Waits for `ms` milliseconds, unless the caller gives up. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout>;
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return unless(signal, passed).finally(() => clearTimeout(timer));
}

/** Gives `work` a deadline and its signal. `AbortSignal.timeout` is missing in React Native. */
export function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const { signal } = stop;
  const timer = setTimeout(() => stop.abort(new Error("The server did not answer.")), ms);
  return unless(signal, work(signal)).finally(() => clearTimeout(timer));
}
