type Signal = "signed_in" | "signed_out";

/** Tells the other tabs of this origin who is signed in. Does nothing outside a page, where there are none. */
export function openTabs(name: string, onSignal: (signal: Signal) => void): (signal: Signal) => void {
  const isPage = "document" in globalThis && "BroadcastChannel" in globalThis;
  const channel = isPage ? new BroadcastChannel(`plinth ${name}`) : undefined;
  channel?.addEventListener("message", ({ data }: { data: unknown }) => {
    if (data === "signed_in" || data === "signed_out") onSignal(data);
  });
  return (signal) => channel?.postMessage(signal);
}
