/**
 * A text of JSON that evidence rests on, and what is wrong with it: null where nothing is. `duplicate-key`: a name stands twice in one
 * object, so that two readers may read two things. Space and the order of names are anybody's choice.
 */
export function parseOnce<T>(text: string): { value: T | null; fault: JsonFault | null } {
  try {
    const value = JSON.parse(text) as T;
    const isPlain = JSON.stringify(value) === text || `${JSON.stringify(value, null, 2)}\n` === text;
    return { value, fault: isPlain || namesIn(text) === namesOf(value) ? null : "duplicate-key" };
  } catch {
    return { value: null, fault: "not-json" }; // also what is nested so deep that nobody could have written it
  }
}

/** The same of bytes, which must be UTF-8. */
export function parseBytes<T>(body: Uint8Array): { value: T | null; fault: JsonFault | null } {
  try {
    return parseOnce<T>(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return { value: null, fault: "not-json" };
  }
}

export type JsonFault = "not-json" | "duplicate-key";

const stringOrName = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g;

/** How many names stand in a text of JSON. */
function namesIn(text: string): number {
  let names = 0;
  for (const [, colon] of text.matchAll(stringOrName)) if (colon !== undefined) names++;
  return names;
}

/** How many names a value has. */
function namesOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const within = Object.values(value).reduce((sum: number, each) => sum + namesOf(each), 0);
  return Array.isArray(value) ? within : within + Object.keys(value).length;
}
