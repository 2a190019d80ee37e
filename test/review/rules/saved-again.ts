/** How spreadsheets write a text file, by name. */
export const writings = {
  "UTF-8": (text: string) => Buffer.from(text, "utf8"),
  "UTF-8 with a mark": (text: string) => Buffer.from(`\ufeff${text}`, "utf8"),
  "UTF-16 LE with a mark": (text: string) => Buffer.from(`\ufeff${text}`, "utf16le"),
  "UTF-16 LE": (text: string) => Buffer.from(text, "utf16le"),
  "UTF-16 BE with a mark": (text: string) => Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
  "UTF-16 BE": (text: string) => Buffer.from(text, "utf16le").swap16(),
  GBK: gbk,
} as const;

let gbkBytes: Map<string, number[]> | null = null;

/** The text in GBK, for which Node has a decoder alone: its table is turned round. */
function gbk(text: string): Buffer {
  gbkBytes ??= turnedTable();
  return Buffer.from([...text].flatMap((letter) => gbkBytes?.get(letter) ?? [letter.charCodeAt(0)]));
}

function turnedTable(): Map<string, number[]> {
  const decoder = new TextDecoder("gb18030");
  const table = new Map<string, number[]>();
  for (let first = 0x81; first < 0xff; first++) {
    for (let second = 0x40; second < 0xff; second++) {
      const letter = decoder.decode(new Uint8Array([first, second]));
      if ([...letter].length === 1) table.set(letter, [first, second]);
    }
  }
  return table;
}
