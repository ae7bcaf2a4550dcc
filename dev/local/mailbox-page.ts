import { randomBytes } from "node:crypto";
import { html, raw } from "hono/html";
import { mailKinds } from "../../src/mail/kinds.ts";
import type { Received } from "./mailbox.ts";

/** Allows the page nothing but its own scripts and files. */
export function pageHeaders(nonce: string): Record<string, string> {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'; connect-src 'self'`;
  return { "content-security-policy": `${policy}; frame-ancestors 'none'`, "x-content-type-options": "nosniff" };
}

/** The list of mails, and one of them opened. Every text is escaped by the template. */
export async function mailboxPage(mails: readonly Received[], shown: Received | undefined, api: string) {
  const nonce = randomBytes(16).toString("base64");
  const newest = JSON.stringify(mails[0]?.id ?? "").replaceAll("<", "\\u003c");
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mailbox${mails.length > 0 ? ` (${mails.length})` : ""}</title>
<style>${raw(style)}</style>
</head>
<body>
<nav aria-label="Mails">
<header><h1>Mailbox</h1><p>Everything that your Worker mails, until it stops.</p></header>
${mails.length > 0 ? html`<ol>${mails.map((mail) => row(mail, mail.id === shown?.id))}</ol>` : ""}
</nav>
<main>${shown ? opened(shown, api) : empty(api)}</main>
<script nonce="${nonce}">
const known = ${raw(newest)};
setInterval(async () => {
  const list = await fetch("/messages").then((answer) => answer.json()).catch(() => undefined);
  if (list && (list[0]?.id ?? "") !== known) location.reload();
}, 2000);
</script>
</body>
</html>
`;
  return { html: page.toString(), nonce };
}

function row({ id, to, subject, received_at }: Received, isShown: boolean) {
  return html`<li><a href="/messages/${encodeURIComponent(id)}"${isShown ? raw(' aria-current="page"') : ""}>
<span class="to">${to}</span><time datetime="${received_at}">${clock(received_at)}</time>
<span class="subject">${subject}</span></a></li>`;
}

function opened(mail: Received, api: string) {
  const { subject, from, to, received_at, text } = mail;
  // Links open beside the mailbox, and what the mail holds cannot run.
  const framed = mail.html.replace(/<head>/i, '<head><base target="_blank">');
  return html`<article>
<h2>${subject}</h2>
<dl><dt>From</dt><dd>${`${from.name} <${from.email}>`}</dd><dt>To</dt><dd>${to}</dd>
<dt>Received</dt><dd>${clock(received_at)}</dd></dl>
${linksIn(text).map((link) => opening(link, api))}
<h3>HTML</h3>
<iframe title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${framed}"></iframe>
<h3>Text</h3>
<pre>${text}</pre>
</article>`;
}

/** Every link of a mail, of whatever kind. */
function linksIn(text: string): URL[] {
  const found = new Set(text.match(/https?:\/\/[^\s<>"]*[^\s<>".,;:!?)]/g));
  return [...found].filter((link) => URL.canParse(link)).map((link) => new URL(link));
}

/** A link, and the call that the front end's page would make, for those who have none yet. */
function opening(link: URL, api: string) {
  const call = mailKinds.find((kind) => kind.link && link.pathname.endsWith(kind.link.page))?.link?.call;
  const body = JSON.stringify({ token: link.searchParams.get("token"), ...call?.fields });
  const line = `curl -i ${api}/api/v1${call?.path} -H 'Content-Type: application/json' -d '${body}'`;
  return html`<h3>Link</h3><p><a href="${link.href}" target="_blank" rel="noreferrer">${link.href}</a></p>
${call ? html`<h3>Without a front end</h3><pre>${line}</pre>` : ""}`;
}

function empty(api: string) {
  return html`<div class="empty"><h2>No mail yet</h2>
<p>Sign up, or ask for a new password, and the mail appears here:</p>
<pre>curl -i ${api}/api/v1/auth/password/forgot -H 'Content-Type: application/json' \\
  -d '{"email": "admin@example.com"}'</pre></div>`;
}

function clock(time: string): string {
  return new Date(time).toLocaleTimeString("en-GB");
}

const style = `
:root { color-scheme: light dark; --line: light-dark(#e1e6eb, #2d3742); --faint: light-dark(#66727f, #8d99a6);
  --side: light-dark(#f7f8fa, #151b22); --page: light-dark(#ffffff, #0f1419); --text: light-dark(#1b2530, #e6ebf0);
  --accent: light-dark(#1d5fd1, #7cb8ff); --chosen: light-dark(#e8effb, #1e2c40); }
* { box-sizing: border-box; }
body { margin: 0; height: 100vh; display: grid; grid-template-columns: 320px 1fr; background: var(--page);
  color: var(--text); font: 15px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
nav { background: var(--side); border-right: 1px solid var(--line); overflow-y: auto; }
nav header { padding: 20px; border-bottom: 1px solid var(--line); }
h1 { margin: 0; font-size: 18px; }
nav header p { margin: 4px 0 0; font-size: 13px; color: var(--faint); }
ol { list-style: none; margin: 0; padding: 0; }
li a { display: grid; grid-template-columns: 1fr auto; gap: 2px 12px; padding: 12px 20px 12px 17px; color: inherit;
  text-decoration: none; border-bottom: 1px solid var(--line); border-left: 3px solid transparent; }
li a:hover, li a:focus-visible { background: var(--chosen); }
li a[aria-current] { background: var(--chosen); border-left-color: var(--accent); }
.to { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
time { font-size: 12px; color: var(--faint); align-self: center; }
.subject { grid-column: 1 / -1; font-size: 13px; color: var(--faint); }
main { overflow-y: auto; padding: 28px 36px; }
article { max-width: 860px; }
h2 { margin: 0 0 12px; font-size: 22px; line-height: 1.3; }
h3 { margin: 28px 0 8px; font-size: 12px; letter-spacing: 0.06em; text-transform: uppercase; color: var(--faint); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0; font-size: 14px; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
article a { color: var(--accent); overflow-wrap: anywhere; }
iframe { display: block; width: 100%; height: 640px; border: 1px solid var(--line); border-radius: 10px; background: var(--page); }
pre { margin: 0; padding: 14px 16px; background: var(--side); border: 1px solid var(--line); border-radius: 10px;
  white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.empty { max-width: 640px; margin: 12vh auto 0; }
@media (max-width: 720px) { body { grid-template-columns: 1fr; height: auto; } nav { border-right: 0; } main { padding: 20px; } }
`;
