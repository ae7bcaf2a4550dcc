/** A fenced block of a page. */
export type Block = {
  page: string;
  line: number;
  language: string;
  /** The file that it is, the reason that it cannot run here, or "". */
  title: string;
  code: string;
};

const fence = /^```([^\n]*)\n([\s\S]*?)^```$/gm;

/** Every fenced block of a page, in order. Drawings, which name no language, are left out. */
export function blocksOf(page: string, markdown: string): Block[] {
  return [...markdown.matchAll(fence)].flatMap(([, info = "", code = ""], index, all) => {
    const line = markdown.slice(0, all[index]?.index).split("\n").length;
    if (info === "") return [];
    const [, language, title = ""] = /^(\w+)(?: title="([^"]+)")?$/.exec(info) ?? [];
    if (language === undefined) throw new Error(`${page}:${line}: \`\`\`${info} is no language and title`);
    return [{ page, line, language, title, code }];
  });
}

/** The statuses of 400 and above that the comments of a block announce, in order. */
export function announced(code: string): number[] {
  return code
    .split("\n")
    .flatMap((line) => [...line.matchAll(/#\s*([45]\d\d)\b/g)].map(([, status]) => Number(status)));
}
