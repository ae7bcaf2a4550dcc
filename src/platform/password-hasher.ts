import { DurableObject } from "cloudflare:workers";
import { hashPassword, verifyPassword } from "../security/passwords.ts";

/** As many as may wait for one instance: about twelve seconds' worth, and room for fifty sign-ups at once. */
const places = 64;

/**
 * Hashes passwords away from the isolate that answers requests, one at a time. Both methods answer undefined, at once,
 * where too many are waiting. Passwords come as arguments of a call: nothing that is logged or stored has them.
 */
export class PasswordHasher extends DurableObject {
  #taken = 0;
  #last: Promise<unknown> = Promise.resolve();

  hash(password: string, replacing?: string): Promise<string | undefined> {
    return this.#inTurn(() => hashPassword(password, replacing));
  }

  verify(password: string, phc: string): Promise<boolean | undefined> {
    return this.#inTurn(() => verifyPassword(password, phc));
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#taken >= places) return undefined;
    this.#taken += 1;
    // Between two hashes, whatever else came to this isolate has its turn.
    const turn = this.#last.then(() => scheduler.wait(0)).then(work);
    this.#last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#taken -= 1;
    }
  }
}
