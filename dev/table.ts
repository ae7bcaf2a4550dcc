import { CommandError } from "./config.ts";

/** The entry of a table that says more about the keys of another one. Throws {@link CommandError} where it is not added yet. */
export function entryFor<T>(table: Readonly<Partial<Record<string, T>>>, key: string, missing: string): T {
  const entry = table[key];
  if (entry === undefined) throw new CommandError(`${missing} has nothing for ${key} yet: add it there.`);
  return entry;
}
