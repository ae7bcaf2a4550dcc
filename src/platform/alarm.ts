import { DurableObject } from "cloudflare:workers";
import type { Bindings } from "../settings.ts";

/**
 * Runs tasks at the time when the next one is due, so that nothing has to ask the database again and again. It keeps
 * that time alone: if it is lost, the cron trigger does its work.
 */
export abstract class Alarm extends DurableObject<Bindings> {
  /** Needs no call to reach itself. One object, since settings are read once for each. */
  readonly #bindings: Bindings = {
    ...this.env,
    TASK_ALARM: {
      getByName: (name: string) => (name === this.ctx.id.name ? this : alarmsOf(this.env)?.getByName(name)),
    },
  };

  protected abstract work(bindings: Bindings, name: string | undefined): Promise<unknown>;

  /** Rings in this many seconds, or earlier if it was already set to. */
  async ringWithin(seconds: number): Promise<void> {
    const at = Date.now() + seconds * 1_000;
    const set = await this.ctx.storage.getAlarm();
    if (set === null || at < set) await this.ctx.storage.setAlarm(at);
  }

  override async alarm(): Promise<void> {
    await this.work(this.#bindings, this.ctx.id.name);
  }
}

function alarmsOf(bindings: Bindings): DurableObjectNamespace<Alarm> | undefined {
  // The binding by which this object was reached.
  return bindings.TASK_ALARM as DurableObjectNamespace<Alarm> | undefined;
}
