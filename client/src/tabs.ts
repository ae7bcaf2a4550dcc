/** `logout` while a sign-out is under way, `signed_out` once it has ended, whether the server was told or not. */
export type Signal = "signed_in" | "logout" | "signed_out";

/** Tells the other tabs of this origin who is signed in. Does nothing without a name, or outside a page. */
export function openTabs(
  name: string | false | undefined,
  onSignal: (signal: unknown) => void,
): (signal: Signal) => void {
  if (name && "document" in globalThis) {
    try {
      const channel = new BroadcastChannel(`plinth ${name}`);
      channel.onmessage = ({ data }: { data: unknown }) => onSignal(data);
      return (signal) => channel.postMessage(signal);
    } catch {
      // Old browsers lack it, and some refuse it where a page may keep nothing.
    }
  }
  return () => {};
}
