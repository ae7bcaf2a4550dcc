const browsers = [
  ["Edge", /\bEdg/],
  ["Firefox", /\bFirefox\//],
  ["Chrome", /\b(Headless)?Chrom(e|ium)\//],
  ["Safari", /\bSafari\//],
] as const;
const systems = [
  ["iPhone", /\biPhone\b/],
  ["iPad", /\biPad\b/],
  ["Android", /\bAndroid\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMac OS X\b/],
  ["Linux", /\bLinux\b/],
] as const;

/** A name for a device, as a person would say it. What is unknown is told as it is. */
export function deviceOf(userAgent: string | null): string {
  if (!userAgent) return "Unknown device";
  const [browser] = browsers.find(([, sign]) => sign.test(userAgent)) ?? [];
  const [system] = systems.find(([, sign]) => sign.test(userAgent)) ?? [];
  if (browser === undefined) return userAgent.slice(0, 60);
  return system === undefined ? browser : `${browser} on ${system}`;
}
