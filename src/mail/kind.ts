import { z } from "zod";
import type { MailKindName } from "../values.ts";
import { type Content, renderHtml, renderText } from "./layout.ts";

/** What any mail may name. `at` is when its cause happened. */
export type Place = { project: string; frontendUrl: string; at: Date };

/** The link of a kind: a page of the front end, and the words on the button. */
export type Link<Data = never> = {
  page: `/${string}`;
  label: string;
  /** What the page is told besides. */
  query?: (data: Data) => Record<string, string>;
  /** The page gets a token, whose purpose is the name of the kind. */
  withToken?: true;
  /** The call that the page makes with its token, for those who have no front end yet. */
  call?: { path: `/${string}`; fields?: Record<string, string> };
};

export type Composed = { subject: string; text: string; html: string };

/** One kind of mail: its name in the outbox, the data that it needs, and how it reads. */
export type MailKind<Data = unknown> = {
  name: MailKindName;
  data: z.ZodType<Data>;
  link?: Omit<Link, "query">;
  /** Always the same for the same input, so that a provider knows a second try; undefined where `data` does not fit. */
  compose(data: unknown, place: Place, token?: string): Promise<Composed | undefined>;
};

/** What every mail is given: the name in its greeting. A kind extends it by what else it needs, all of it text. */
export const Greeted = z.object({ name: z.string() });

/** Declares a kind of mail. */
export function mailKind<Data extends z.output<typeof Greeted>>(declared: {
  name: MailKindName;
  data: z.ZodType<Data>;
  link?: Link<Data>;
  content: (data: Data, place: Place) => Content;
}): MailKind<Data> {
  const { name, data, link, content } = declared;
  return {
    name,
    data,
    ...(link && { link }),
    async compose(given, place, token) {
      const known = data.safeParse(given);
      if (!known.success) return undefined;
      const said = content(known.data, place);
      const action = link && { label: link.label, url: urlOf(link, known.data, place, token) };
      const greeting = `Hello ${known.data.name},`;
      const parts = { ...said, ...(action && { action }), greeting, project: place.project };
      return { subject: said.subject.replaceAll(/\s+/g, " "), text: renderText(parts), html: await renderHtml(parts) };
    },
  };
}

function urlOf<Data>({ page, query, withToken }: Link<Data>, data: Data, { frontendUrl }: Place, token = ""): string {
  const search = new URLSearchParams({ ...query?.(data), ...(withToken && { token }) }).toString();
  return `${frontendUrl}${page}${search && `?${search}`}`;
}
