import type { MessageText } from "../review/people/message.ts";
import { wordsOf } from "./words.ts";

/** Nobody reads a longer list in a chat. */
const mostRows = 10;
const longestLine = 300;

/** The text as one line, cut if too long: configured texts may have any length and any character. */
function oneLine(text: string): string {
  const plain = text.toWellFormed().replace(/\p{Cc}+/gu, " ");
  const letters = [...plain];
  return letters.length <= longestLine ? plain : `${letters.slice(0, longestLine - 1).join("")}…`;
}

function shortenText(text: MessageText, rows: number): MessageText {
  return {
    ...text,
    title: oneLine(text.title),
    paragraphs: text.paragraphs.map(oneLine),
    lists: text.lists.map((list) => {
      const left = list.rows.length - rows;
      const kept = list.rows.slice(0, rows).map(oneLine);
      return { title: oneLine(list.title), rows: left > 0 ? [...kept, wordsOf(text.language).more(left)] : kept };
    }),
  };
}

/**
 * The text in a channel's own form. The lists are cut to as many rows as fit into `mostBytes`. Throws if the text is too
 * large even without rows.
 */
export function fitted<Form>(text: MessageText, mostBytes: number, form: (text: MessageText) => Form): Form {
  for (let rows = mostRows; rows >= 0; rows -= 1) {
    const written = form(shortenText(text, rows));
    if (sizeOf(written) <= mostBytes) return written;
  }
  throw new RangeError(
    `Cannot send a message as it is larger than ${mostBytes} bytes without its lists: shorten reportUrl`,
  );
}

function sizeOf(form: unknown): number {
  return Buffer.byteLength(typeof form === "string" ? form : JSON.stringify(form), "utf8");
}
