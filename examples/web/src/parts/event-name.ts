/** A kind of event in words: `sign_in.new_network` is "Sign in: new network". */
export function eventName(kind: string): string {
  const [about = "", what = ""] = kind.replaceAll("_", " ").split(".");
  return `${about.charAt(0).toUpperCase()}${about.slice(1)}: ${what}`;
}
