/** Texts that have broken software: each is to be stored and returned exactly as it was sent. */
export const hostileStrings: readonly string[] = [
  // Words of languages between client and table.
  "null",
  "undefined",
  "NaN",
  "true",
  "0",
  "-1e400",
  "__proto__",
  "constructor",
  "toString",
  '{"$ne":null}',
  "[object Object]",
  // Quotes, escapes and comments.
  "'",
  '"',
  "\\",
  "\\'; drop table users; --",
  "' or 1=1 --",
  "$1 $$ $tag$ :name ?",
  "%s %d %n {0} #{7*7} {{7*7}} <%= 1 %>",
  "/* */ # ;",
  "`id` $(id) | & > <",
  // Patterns and searches, which are no patterns here.
  "%",
  "_",
  "100%_\\%",
  "a & !b | (c <-> d):*",
  '-not "a phrase" or',
  ".*+?^$()|[]{}",
  // Markup, headers, paths, addresses.
  "<script>alert(1)</script>",
  "<!--",
  "&lt;&#x3c;&amp;",
  "a\r\nSet-Cookie: b=c\r\n\r\n",
  "../../etc/passwd",
  "%00%2e%2e%2f%E2%82%AC+plus",
  "javascript:alert(1)",
  // Tables.
  '=cmd|"/C calc"!A1',
  '+1;"a","b"',
  "@SUM(A1)\t,\n",
  // White space and control characters.
  " ",
  "\t leading and trailing \n",
  "\r",
  "\u0001\u0008\u000b\u001b[31m\u007f\u0085",
  "\u00a0\u2003\u3000",
  "\u2028\u2029",
  // Unicode.
  "é e\u0301 — not the same",
  "İıſßﬁ Ångström K",
  "\u202eright to left\u202c \u200f",
  "zero\u200bwidth\u200d\u2060\ufeff",
  "\ufeffa byte order mark",
  "👩‍👩‍👧‍👦🏳️‍🌈🇪🇺",
  "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠜎",
  "Z̸̡̢͓̤̗͋͛̽a̴l̵g̶o̷",
  "\ufffd\ufffe\uffff\u{10ffff}",
  "\ue000\u{f0000}",
  "日本語 العربية हिन्दी",
];

/** Texts that Postgres cannot hold, or that are not well-formed: they are refused, with the name of their field. */
export const impossibleStrings: readonly string[] = [
  "\u0000",
  "before\u0000after",
  "\ud800",
  "tail \udfff",
  "\udc00\ud800",
];

/** The headers that any endpoint, or what stands before it, looks at. */
export const headersRead: readonly string[] = [
  ...["Accept", "Authorization", "CF-Connecting-IP", "Content-Type", "Cookie", "Idempotency-Key", "If-Match"],
  ...["If-None-Match", "Origin", "User-Agent", "X-Request-Id"],
];
