/**
 * Characters that steer a terminal, or that nobody sees: controls (C0 but for the tab and the end of a line, DEL, C1), formats
 * (zero-width, bidirectional, tags), fillers, and lone surrogates. A name may hold any of them.
 */
const unprintable =
  /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|[\u034F]|[\u115F\u1160\u3164\uFFA0]|[\u17B4]|[\u17B5]/gu;

/** `\uXXXX` for each unit of these characters. */
export function escapeOf(characters: string): string {
  const units = Array.from({ length: characters.length }, (_, at) => characters.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).toUpperCase().padStart(4, "0")}`).join("");
}

/**
 * The text with `\uXXXX` in place of each character that steers a terminal or that nobody sees. JSON stays JSON of the same
 * value, as such characters stand within its strings alone.
 */
export function plainText(text: string): string {
  return text.replace(unprintable, escapeOf);
}

/** The same on one line, cut to so many characters. */
export function plainLine(text: string, most: number): string {
  const line = plainText(text.slice(0, 2 * most)).replace(/[\n\t]/g, escapeOf);
  const characters = [...line];
  const isCut = characters.length > most || text.length > 2 * most;
  return isCut ? `${characters.slice(0, most - 1).join("")}…` : line;
}
