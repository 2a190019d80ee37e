import type { MessageText } from "../review/people/message.ts";
import { wordsOf } from "./words.ts";

/** Beyond this nobody reads a list in a chat. */
const mostRows = 10;
const longestLine = 300;

/** One line, cut where it is too long: configured texts may be of any length and hold any character. */
function line(text: string): string {
  const plain = text.toWellFormed().replace(/\p{Cc}+/gu, " ");
  const letters = [...plain];
  return letters.length <= longestLine ? plain : `${letters.slice(0, longestLine - 1).join("")}…`;
}

function shortened(text: MessageText, rows: number): MessageText {
  return {
    ...text,
    title: line(text.title),
    paragraphs: text.paragraphs.map(line),
    lists: text.lists.map((list) => {
      const left = list.rows.length - rows;
      const kept = list.rows.slice(0, rows).map(line);
      return { title: line(list.title), rows: left > 0 ? [...kept, wordsOf(text.language).more(left)] : kept };
    }),
  };
}

/**
 * The text in a channel's own form, its lists cut to as many rows as its size in bytes has room for. Throws where even
 * without rows it is too large.
 */
export function fitted<Form>(text: MessageText, mostBytes: number, form: (text: MessageText) => Form): Form {
  for (let rows = mostRows; rows >= 0; rows -= 1) {
    const written = form(shortened(text, rows));
    if (sizeOf(written) <= mostBytes) return written;
  }
  throw new RangeError(
    `Cannot send a message as it is larger than ${mostBytes} bytes without its lists: shorten reportUrl`,
  );
}

function sizeOf(form: unknown): number {
  return Buffer.byteLength(typeof form === "string" ? form : JSON.stringify(form), "utf8");
}
