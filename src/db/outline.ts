const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|--.*|\/\*[\s\S]*?\*\//g;
const writing = "insert|update|delete|merge";
const writingWith = new RegExp(`\\bas\\s*(?:(?:not\\s+)?materialized\\s*)?\\(\\s*(?:${writing})\\b`, "i");
const lock = /\bfor\s+(?:no\s+key\s+)?update\b/gi;

/** The properties that decide if a statement can be nested. `writesInWith`: its own `with` changes rows. */
export type StatementOutline = { answersRows: boolean; writesInWith: boolean };

/** Reads the outline of a statement from its text, past comments and quoted text. */
export function outlineOf(text: string): StatementOutline {
  const bare = text.replaceAll(quoted, " ");
  const outside = withoutParentheses(bare).replaceAll(lock, " ");
  const writes = new RegExp(`\\b(?:${writing})\\b`, "i").test(outside);
  const answersRows = writes ? /\breturning\b/i.test(outside) : /^\s*(?:with|select|values|table)\b/i.test(outside);
  return { answersRows, writesInWith: writingWith.test(bare) };
}

function withoutParentheses(text: string): string {
  const shorter = text.replaceAll(/\([^()]*\)/g, " ");
  return shorter === text ? text : withoutParentheses(shorter);
}
