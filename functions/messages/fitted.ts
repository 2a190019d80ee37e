import type { MessageText } from "../review/people/message.ts";
import { wordsOf } from "./words.ts";

/** Beyond this nobody reads a list in a chat. */
const mostRows = 10;
const longestLine = 300;

/** One line, cut where it is too long: configured texts may be of any length and hold any character. */
const line = (text: string): string => {
  const plain = text.toWellFormed().replace(/\p{Cc}+/gu, " ");
  const letters = [...plain];
  return letters.length <= longestLine ? plain : `${letters.slice(0, longestLine - 1).join("")}…`;
};

const shortened = (text: MessageText, rows: number): MessageText => ({
  ...text,
  title: line(text.title),
  paragraphs: text.paragraphs.map(line),
  lists: text.lists.map((list) => {
    const left = list.rows.length - rows;
    const kept = list.rows.slice(0, rows).map(line);
    return { title: line(list.title), rows: left > 0 ? [...kept, wordsOf(text.language).more(left)] : kept };
  }),
});

/**
 * The text in a channel's own form, its lists cut to as many rows as its size in bytes has room for. Throws where even
 * without rows it is too large.
 */
export const fitted = <Form>(text: MessageText, mostBytes: number, form: (text: MessageText) => Form): Form => {
  for (let rows = mostRows; rows >= 0; rows -= 1) {
    const written = form(shortened(text, rows));
    if (sizeOf(written) <= mostBytes) return written;
  }
  throw new RangeError(
    `Cannot send a message as it is larger than ${mostBytes} bytes without its lists: shorten reportUrl`,
  );
};

const sizeOf = (form: unknown): number =>
  Buffer.byteLength(typeof form === "string" ? form : JSON.stringify(form), "utf8");
