/** A path from a source to one of its settings: keys and list positions. */
export type SettingPath = readonly (string | number)[];

/** The fault of one setting of a source, with what to write instead. The message quotes no value, as it may be a secret. */
export type SettingFault = { path: SettingPath; message: string };

/** A group of keys as it is written in the configuration, unchecked. */
export type Fields = Record<string, unknown>;

/** The value as a group of keys; a group without keys where the value is none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The value as a list; an empty list where the value is none. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Where the entries of a list are, the name of a path in the whole file, and what to do about a repeated entry. */
export type ListPlace = {
  pathOf(index: number): SettingPath;
  keyOf(path: SettingPath): string;
  remedy: string;
};

/** A fault for each entry of a list that equals an earlier entry. */
export function repeats(entries: readonly unknown[], { pathOf, keyOf, remedy }: ListPlace): SettingFault[] {
  const firstByEntry = new Map<string, number>();
  return entries.flatMap((entry, index) => {
    const text = entry === undefined ? "" : JSON.stringify(entry);
    const first = firstByEntry.get(text);
    if (text !== "" && first === undefined) firstByEntry.set(text, index);
    return first === undefined ? [] : [{ path: pathOf(index), message: `repeats ${keyOf(pathOf(first))}: ${remedy}` }];
  });
}
