import { DurableObject } from "cloudflare:workers";
import { hashPassword, verifyPassword } from "../security/passwords.ts";
import { Turns } from "./turns.ts";

/**
 * Hashes passwords outside the isolate that answers requests, one at a time. Answers undefined at once if too many
 * wait. Passwords arrive as arguments, and are neither logged nor stored.
 */
export class PasswordHasher extends DurableObject {
  readonly #turns = new Turns(() => scheduler.wait(0));

  hash(password: string, replacing?: string): Promise<string | undefined> {
    return this.#turns.take(() => hashPassword(password, replacing));
  }

  verify(password: string, phc: string): Promise<boolean | undefined> {
    return this.#turns.take(() => verifyPassword(password, phc));
  }
}
