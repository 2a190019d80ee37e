import type { ConfigFault } from "./fault.ts";

// What an editor saved in another encoding, or an input method typed as full-width characters: named as that, as YAML's own
// message would name something else.

const saveAsUtf8 = "save the file as UTF-8 (in Notepad: Save as, Encoding UTF-8; in Excel and older editors likewise)";

/** The text of a configuration file, or why the file is no UTF-8. */
export function decodeText(bytes: Uint8Array): { text: string } | { faults: ConfigFault[] } {
  const encoding = encodingOf(bytes);
  if (encoding !== null) return { faults: [{ key: "", message: `is ${encoding}, not UTF-8: ${saveAsUtf8}` }] };
  const text = new TextDecoder().decode(bytes);
  const lost = text.indexOf("\uFFFD");
  if (lost < 0) return { text };
  const message = "holds U+FFFD, which stands where an editor lost a character: write that character anew, in UTF-8";
  return { faults: [{ key: `line ${lineAt(text, lost)}`, message }] };
}

/** In which encoding other than UTF-8 the bytes are; null if the bytes are UTF-8. */
function encodingOf(bytes: Uint8Array): string | null {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 && bytes.length > 4 ? "UTF-32" : "UTF-16";
  if (first === 0xfe && second === 0xff) return "UTF-16";
  // Whatever a configuration says, its keys are ASCII: every other byte of theirs is 0 in UTF-16, and three of four in UTF-32.
  const nulls = bytes.reduce((count, byte) => (byte === 0 ? count + 1 : count), 0);
  if (nulls > bytes.length / 2) return "UTF-32";
  if (nulls > bytes.length / 16) return "UTF-16";
  if (nulls > 0) return "binary (it holds NUL bytes)";
  if (decodes(bytes, "utf-8")) return null;
  return isGbk(bytes) ? "GBK" : `in another encoding (line ${lineOfBrokenByte(bytes)})`;
}

function decodes(bytes: Uint8Array, encoding: string): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Whether the bytes decode as GB18030, and hold a common Chinese character: two bytes above 0xA0 side by side. */
function isGbk(bytes: Uint8Array): boolean {
  return hasPair(bytes) && decodes(bytes, "gb18030");
}

function hasPair(bytes: Uint8Array): boolean {
  return bytes.some((byte, at) => byte > 0xa0 && byte < 0xf8 && (bytes[at + 1] ?? 0) > 0xa0);
}

function lineOfBrokenByte(bytes: Uint8Array): number {
  const at = new TextDecoder().decode(bytes).indexOf("\uFFFD");
  return lineAt(new TextDecoder().decode(bytes), at);
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}

/** The ASCII signs that YAML needs, by the signs that a Chinese input method types instead. */
const asciiBySign: Readonly<Record<string, string>> = {
  ...{ "：": ":", "，": ",", "＃": "#", "－": "-", "—": "-", "–": "-" },
  ...{ "｛": "{", "｝": "}", "［": "[", "］": "]", "【": "[", "】": "]" },
  ...{ "“": '"', "”": '"', "„": '"', "＂": '"', "「": '"', "」": '"', "‘": "'", "’": "'", "＇": "'" },
};

const nameByAscii: Readonly<Record<string, string>> = {
  ":": "colon",
  ",": "comma",
  "#": "hash",
  "-": "dash",
  "{": "brace",
  "}": "brace",
  "[": "bracket",
  "]": "bracket",
  '"': "quote",
  "'": "quote",
  " ": "space",
};

const wideSpace = "[\\u00A0\\u1680\\u2000-\\u200B\\u202F\\u205F\\u3000\\uFEFF]";
const wideIndent = new RegExp(`^\\s*${wideSpace}`, "u");
const openers = "[“”„＂「‘’＇]";

/** Where YAML looks for a sign of its own. In a reason or a name the same characters are text. */
const places: readonly RegExp[] = [
  // After a key: at the begin of a line or of an entry.
  /(?<=^\s*(?:[-－—–]\s*)?[\w"'“”][\w.-]*["'“”]?\s*)：/gu,
  /(?<=[{,｛，[［]\s*["'“”]?[\w.-]+["'“”]?\s*)：/gu,
  // Between entries of a list or a group, which are ASCII.
  /(?<=[\w"'“”’」\]})*?]\s*)，(?=\s*[\w"'“‘「[{])/gu,
  new RegExp(`(?<=(?:^|[\\s:：,，[［{｛-])${wideSpace}*)${openers}`, "gu"),
  /[“”＂」’＇](?=\s*(?:$|[,，\]］}｝#＃]))/gu,
  /(?<=^\s*)[－—–](?=\s)/gu,
  /(?<=^|\s)＃/gu,
  /[｛｝［］【】]/gu,
  new RegExp(wideSpace, "gu"),
  /[０-９Ａ-Ｚａ-ｚ．／＊？＿]/gu,
  // What a rule compares and joins with.
  /(?<=\b(?:when|keepScope)["']?\s*[:：].*)[＝＜＞！＆｜（）＋]/gu,
];

function asciiOf(sign: string): string {
  const code = sign.codePointAt(0)!;
  const isForm = code > 0xff00 && code < 0xff5f;
  return asciiBySign[sign] ?? (isForm ? String.fromCodePoint(code - 0xfee0) : " ");
}

type Sign = { at: number; sign: string };

/** The signs of one line that stand where YAML looks for an ASCII sign. */
function signsIn(line: string): Sign[] {
  const found = new Map<number, Sign>();
  for (const place of places) {
    for (const match of line.matchAll(place)) found.set(match.index, { at: match.index, sign: match[0] });
  }
  return [...found.values()].sort((one, other) => one.at - other.at);
}

function withAscii(line: string, signs: readonly Sign[]): string {
  const characters = line.split("");
  for (const { at, sign } of signs) {
    const isBeforeSpace = at + 1 === line.length || /\s/.test(line[at + 1]!);
    // A colon needs a space after it, and a wide space is as wide as two.
    const room = asciiOf(sign) === ":" && !isBeforeSpace ? " " : "";
    characters[at] = sign === "\u3000" ? "  " : asciiOf(sign) + room;
  }
  return characters.join("");
}

function nameOfSign({ sign }: Sign): string {
  const ascii = asciiOf(sign);
  const name = nameByAscii[ascii] ?? "character";
  const shown = name === "space" ? `U+${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}` : sign;
  return `a full-width ${name} (${shown})`;
}

function faultOfSigns(line: number, signs: readonly Sign[]): ConfigFault {
  const names = [...new Set(signs.map(nameOfSign))].join(" and ");
  const asciis = [...new Set(signs.map(({ sign }) => (asciiOf(sign) === " " ? "a plain space" : asciiOf(sign))))];
  return {
    key: `line ${line}`,
    message: `has ${names} where YAML needs ${asciis.join(" and ")} (half width)`,
  };
}

/** More lines than this are left to YAML's own words: each costs a reading of the whole file. */
const mostLines = 60;

/** YAML that cannot be read hides every other fault, so it counts as more faults than a file can have. */
export const brokenCounts = 10_000;

function isBroken(faults: number): boolean {
  return faults >= brokenCounts;
}

/** The text with ASCII signs in place of the full-width signs that make it faulty, and a fault for each such line. */
export type Retyped = { text: string; faults: ConfigFault[] };

/**
 * Finds the full-width signs that make a faulty text faulty. `faultiness` says how much is wrong with a text: a line counts
 * only if the text is worse with the line as it is than with ASCII signs in it. Null if no line counts.
 */
export function retypeWideSigns(text: string, faultiness: (text: string) => number): Retyped | null {
  const lines = text.split("\n");
  const signsByLine = new Map<number, Sign[]>();
  for (const [index, line] of lines.entries()) {
    const signs = signsIn(line);
    if (signs.length > 0) signsByLine.set(index, signs);
  }
  if (signsByLine.size === 0 || signsByLine.size > mostLines) return null;
  const textWith = (chosen: ReadonlySet<number>): string =>
    lines.map((line, index) => (chosen.has(index) ? withAscii(line, signsByLine.get(index)!) : line)).join("\n");
  const chosen = new Set(signsByLine.keys());
  const scoreWithout = (index: number): number =>
    faultiness(textWith(new Set([...chosen].filter((each) => each !== index))));
  // First the lines where ASCII signs do harm, then the lines where they make no difference.
  for (const isInnocent of [
    (without: number, all: number) => without < all,
    (without: number, all: number) => without <= all,
  ]) {
    for (const index of [...chosen]) {
      if (isInnocent(scoreWithout(index), faultiness(textWith(chosen)))) chosen.delete(index);
    }
  }
  // No text begins a line with such a space. How far it was to indent the line cannot always be told.
  if (isBroken(faultiness(textWith(chosen)))) {
    for (const index of signsByLine.keys()) if (wideIndent.test(lines[index]!)) chosen.add(index);
  }
  if (chosen.size === 0) return null;
  const faults = [...chosen]
    .sort((one, other) => one - other)
    .map((index) => faultOfSigns(index + 1, signsByLine.get(index)!));
  return { text: textWith(chosen), faults };
}
