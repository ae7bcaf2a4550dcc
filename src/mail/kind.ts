import { z } from "zod";
import type { MailKindName } from "../values.ts";
import { type Content, renderHtml, renderText } from "./layout.ts";

/** Names that any mail may use. `at` is the time of its cause. */
export type Occasion = { project: string; frontendUrl: string; at: Date };

/** The link of a mail: a page of the front end, and the words on the button. */
export type Link<Data = never> = {
  page: `/${string}`;
  label: string;
  /** Further parameters of the page. */
  query?: (data: Data) => Record<string, string>;
  /** Passes a token to the page, with the kind's name as its purpose. */
  withToken?: true;
  /** The page's call with its token, for projects without a front end. */
  call?: { path: `/${string}`; fields?: Record<string, string> };
};

export type Composed = { subject: string; text: string; html: string };

/** One kind of mail: its name in the outbox, the data that it needs, and how it reads. */
export type MailKind<Data = unknown> = {
  name: MailKindName;
  data: z.ZodType<Data>;
  link?: Omit<Link, "query">;
  /** Depends on its input only, so that a provider recognises a retry. Undefined if `data` does not fit. */
  compose(data: unknown, occasion: Occasion, token?: string): Promise<Composed | undefined>;
};

/** Data of every mail: the name in its greeting. A kind extends it with texts of its own. */
export const Greeted = z.object({ name: z.string() });

/** A text that somebody chose, such as the name of a team: in a mail to others, it is no link. */
export const Chosen = z.string().transform(unlinked);

/** Declares a kind of mail. Its content gets each text of the data on one line. */
export function mailKind<Data extends z.output<typeof Greeted>>(declared: {
  name: MailKindName;
  data: z.ZodType<Data>;
  link?: Link<Data>;
  content: (data: Data, occasion: Occasion) => Content;
}): MailKind<Data> {
  const { name, data, link, content } = declared;
  return {
    name,
    data,
    ...(link && { link }),
    async compose(given, occasion, token) {
      const known = data.safeParse(onOneLine(given));
      if (!known.success) return undefined;
      const said = content(known.data, occasion);
      const action = link && { label: link.label, url: urlOf(link, known.data, occasion, token) };
      const greeting = `Hello ${addressed(known.data.name)},`;
      const props = { ...said, ...(action && { action }), greeting, project: occasion.project };
      return { subject: said.subject.replaceAll(/\s+/g, " "), text: renderText(props), html: await renderHtml(props) };
    },
  };
}

function urlOf<Data>(
  { page, query, withToken }: Link<Data>,
  data: Data,
  { frontendUrl }: Occasion,
  token = "",
): string {
  const search = new URLSearchParams({ ...query?.(data), ...(withToken && { token }) }).toString();
  return `${frontendUrl}${page}${search && `?${search}`}`;
}

/**
 * The data with each text on one line and read in one direction: a name that somebody chose must not look like lines of
 * the mail itself, or turn what follows it.
 */
function onOneLine(given: unknown): unknown {
  if (typeof given === "string") return given.replaceAll(/[\s\p{Cc}]+/gu, " ").replaceAll(/\p{Bidi_Control}/gu, "");
  if (Array.isArray(given)) return given.map(onOneLine);
  if (typeof given !== "object" || given === null) return given;
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, onOneLine(value)]));
}

/** A username can be a domain, too. An address is the reader's own. */
function addressed(name: string): string {
  return name.includes("@") ? name : unlinked(name);
}

/** Gives a text other dots, which mail programs take for none of a domain's, and no scheme. */
function unlinked(text: string): string {
  return text.replaceAll("://", ": //").replaceAll(/\.(?=\p{L})/gu, "\u2024");
}
