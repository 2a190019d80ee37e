/** How spreadsheets write a text file, by name. */
export const writings = {
  "UTF-8": (text: string) => Buffer.from(text, "utf8"),
  "UTF-8 with a mark": (text: string) => Buffer.from(`\ufeff${text}`, "utf8"),
  "UTF-16 LE with a mark": (text: string) => Buffer.from(`\ufeff${text}`, "utf16le"),
  "UTF-16 LE": (text: string) => Buffer.from(text, "utf16le"),
  "UTF-16 BE with a mark": (text: string) => Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
  "UTF-16 BE": (text: string) => Buffer.from(text, "utf16le").swap16(),
  GBK: encoderOf("gb18030"),
} as const;

/** The text as a spreadsheet of Taiwan or Hong Kong writes it. */
export const big5 = encoderOf("big5");

/** Writes text in an encoding of two bytes, for which Node has a decoder alone: its table is turned round, once it is needed. */
function encoderOf(encoding: string): (text: string) => Buffer {
  let bytes: Map<string, number[]> | null = null;
  return (text) => {
    bytes ??= turnedTable(encoding);
    return Buffer.from([...text].flatMap((letter) => bytes?.get(letter) ?? [letter.charCodeAt(0)]));
  };
}

function turnedTable(encoding: string): Map<string, number[]> {
  const decoder = new TextDecoder(encoding);
  const table = new Map<string, number[]>();
  for (let first = 0x81; first < 0xff; first++) {
    for (let second = 0x40; second < 0xff; second++) {
      const letter = decoder.decode(new Uint8Array([first, second]));
      if ([...letter].length === 1) table.set(letter, [first, second]);
    }
  }
  return table;
}
