import { DurableObject } from "cloudflare:workers";
import { hashPassword, verifyPassword } from "../security/passwords.ts";

/** The length of an instance's queue: about twelve seconds of work, and room for fifty simultaneous sign-ups. */
const places = 64;

/**
 * Hashes passwords outside the isolate that answers requests, one at a time. Answers undefined at once if too many
 * wait. Passwords arrive as arguments, and are neither logged nor stored.
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
    // Yields between two hashes, so that the isolate can serve other calls.
    const turn = this.#last.then(() => scheduler.wait(0)).then(work);
    this.#last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#taken -= 1;
    }
  }
}
