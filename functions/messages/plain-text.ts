import type { MessageText } from "../review/people/message.ts";

/** A text as mails show it. */
export function plainText({ title, paragraphs, lists, commands, link }: MessageText): string {
  return [
    title,
    ...paragraphs,
    ...lists
      .filter(({ rows }) => rows.length > 0)
      .map((list) => [list.title, ...list.rows.map((row) => `- ${row}`)].join("\n")),
    ...commands.map(({ label, command }) => `${label}\n${command}`),
    ...(link ? [`${link.label}: ${link.url}`] : []),
  ].join("\n\n");
}
