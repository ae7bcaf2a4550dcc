import { runner } from "../context/run.ts";
import type { Variables } from "../context/types.ts";
import { ApiKeys } from "../crud/api-keys.ts";
import { describeError } from "../log.ts";

const hour = 60 * 60 * 1000;
/** The time of the last noted use of each key, by its id. Emptied when it is full. */
const noted = new Map<string, number>();
const most = 10_000;

/** Notes after the answer that a key was used: once an hour and isolate, so that nearly no request writes. */
export function noteUse(
  { connect, settings, now, waitUntil, log }: Pick<Variables, "connect" | "settings" | "now" | "waitUntil" | "log">,
  keyId: string,
): void {
  const at = now().getTime();
  const last = noted.get(keyId);
  // A clock that was set back would note none until it is as late again.
  if (last !== undefined && Math.abs(at - last) < hour) return;
  if (noted.size >= most) noted.clear();
  noted.set(keyId, at);
  const db = connect(settings, { count: 0, milliseconds: 0 });
  waitUntil(
    runner(db)(ApiKeys.noteUse(db, keyId)).catch((error: unknown) => {
      noted.delete(keyId);
      log({ level: "warn", message: "use of a key not noted", api_key_id: keyId, cause: describeError(error) });
    }),
  );
}
