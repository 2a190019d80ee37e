/** A path from a source into its settings: keys and list positions. */
export type SettingPath = readonly (string | number)[];

/** What is wrong with one setting of a source, and what to write instead. Never quotes what could be a secret. */
export type SettingFault = { path: SettingPath; message: string };

/** A group of keys as it is written, unchecked. */
export type Fields = Record<string, unknown>;

/** The group of keys that a value is; one without keys where it is none. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** The list that a value is; an empty one where it is none. */
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Where the entries of a list are, how the whole file names a path, and what to do about a second one. */
export type ListPlace = {
  pathOf(index: number): SettingPath;
  keyOf(path: SettingPath): string;
  remedy: string;
};

/** Faults for entries of a list that say what an earlier one says. */
export function repeats(entries: readonly unknown[], { pathOf, keyOf, remedy }: ListPlace): SettingFault[] {
  const firstByEntry = new Map<string, number>();
  return entries.flatMap((entry, index) => {
    const text = entry === undefined ? "" : JSON.stringify(entry);
    const first = firstByEntry.get(text);
    if (text !== "" && first === undefined) firstByEntry.set(text, index);
    return first === undefined ? [] : [{ path: pathOf(index), message: `repeats ${keyOf(pathOf(first))}: ${remedy}` }];
  });
}
