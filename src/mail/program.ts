/** Substrings of a `User-Agent`, each with the name that people use. The first match counts. */
const programs = [
  ["Edg", "Edge"],
  ["OPR/", "Opera"],
  ["SamsungBrowser", "Samsung Internet"],
  ["Firefox", "Firefox"],
  ["FxiOS", "Firefox"],
  ["CriOS", "Chrome"],
  ["Chrome", "Chrome"],
  ["Safari", "Safari"],
  ["curl", "curl"],
] as const;
const systems = [
  ["Windows", "Windows"],
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["Mac OS X", "macOS"],
  ["CrOS", "ChromeOS"],
  ["Linux", "Linux"],
] as const;

/**
 * The program behind a `User-Agent`, such as "Firefox on Windows", or undefined. Uses only our own words: an attacker
 * chooses the header and must not write into our mail.
 */
export function programOf(userAgent: string | null): string | undefined {
  const nameIn = (table: readonly (readonly [part: string, name: string])[]) =>
    table.find(([part]) => userAgent?.includes(part))?.[1];
  const [program, system] = [nameIn(programs), nameIn(systems)];
  return program && system ? `${program} on ${system}` : (program ?? system);
}
