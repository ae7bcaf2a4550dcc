import { html } from "hono/html";

/** The content of a mail in plain text, which the template escapes. */
export type Content = {
  subject: string;
  paragraphs: readonly string[];
  /** Time, origin and the like, each with its label. */
  facts?: readonly (readonly [label: string, value: string])[];
  /** Advice for somebody who did not expect the mail. */
  closing: string;
};

type Props = Content & { greeting: string; project: string; action?: { label: string; url: string } };

/** A mail as plain text. */
export function renderText({ greeting, paragraphs, facts = [], action, closing, project }: Props): string {
  const link = action ? [`${action.label}:\n${action.url}`] : [];
  const list = facts.length > 0 ? [facts.map(([label, value]) => `${label}: ${value}`).join("\n")] : [];
  const [first = "", ...others] = paragraphs;
  return `${[greeting, first, ...list, ...link, ...others, closing, `-- \n${project}`].join("\n\n")}\n`;
}

/**
 * Renders a mail as HTML: tables and inline styles, for old mail programs. It loads nothing, and the template escapes
 * every text.
 */
export async function renderHtml(props: Props): Promise<string> {
  const { subject, greeting, paragraphs, facts = [], action, closing, project } = props;
  const [first = "", ...others] = paragraphs;
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subject}</title>
<style>
  :root { color-scheme: light dark; }
  @media (prefers-color-scheme: dark) {
    .page { background: #0f1419 !important; }
    .card { background: #1a2129 !important; border-color: #2d3742 !important; }
    .strong { color: #f2f5f8 !important; }
    .plain { color: #c3ccd5 !important; }
    .faint { color: #8d99a6 !important; border-color: #2d3742 !important; }
    .link { color: #7cb8ff !important; }
    .button { background: #2563eb !important; }
  }
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f3f5f7">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background:#f3f5f7">
<tr><td align="center" style="padding:40px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<tr><td class="strong" style="padding:0 4px 16px;font-size:17px;font-weight:600;color:#1b2530">${project}</td></tr>
<tr><td class="card" style="background:#ffffff;border:1px solid #e1e6eb;border-radius:12px;padding:36px">
<h1 class="strong" style="margin:0 0 20px;font-size:22px;line-height:1.3;font-weight:600;color:#1b2530">${subject}</h1>
${paragraph(greeting)}
${paragraph(first)}
${list(facts)}${button(action)}${others.map((text) => paragraph(text))}
<p class="faint" style="margin:24px 0 0;padding:20px 0 0;border-top:1px solid #e1e6eb;font-size:14px;line-height:1.5;color:#66727f">${closing}</p>
</td></tr>
${fallback(action)}</table>
</td></tr>
</table>
</body>
</html>
`;
  return page.toString();
}

function paragraph(text: string) {
  return html`<p class="plain" style="margin:0 0 16px;font-size:16px;line-height:1.55;color:#3c4854">${text}</p>
`;
}

function list(facts: NonNullable<Content["facts"]>) {
  if (facts.length === 0) return "";
  const rows = facts.map(
    ([label, value]) => html`<tr><td class="faint" style="padding:2px 16px 2px 0;color:#66727f">${label}</td>
<td class="plain" style="padding:2px 0;color:#3c4854">${value}</td></tr>
`,
  );
  return html`<table role="presentation" cellpadding="0" cellspacing="0" style="margin:0 0 16px;font-size:15px;line-height:1.5">
${rows}</table>
`;
}

function button(action: Props["action"]) {
  if (!action) return "";
  return html`<table role="presentation" cellpadding="0" cellspacing="0" style="margin:24px 0"><tr>
<td class="button" style="background:#1d5fd1;border-radius:8px"><a href="${action.url}" style="display:inline-block;padding:13px 26px;font-size:16px;font-weight:600;color:#ffffff;text-decoration:none">${action.label}</a></td>
</tr></table>
`;
}

/** For mail programs that show no button. */
function fallback(action: Props["action"]) {
  if (!action) return "";
  return html`<tr><td class="faint" style="padding:16px 4px 0;font-size:13px;line-height:1.5;color:#66727f">Does the button not work? Copy this address into your browser:<br>
<span class="link" style="color:#1d5fd1;word-break:break-all">${action.url}</span></td></tr>
`;
}
