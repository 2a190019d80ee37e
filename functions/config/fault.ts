import { repeats } from "../providers/setting-faults.ts";

/** What is wrong with one key of the configuration, and what to write instead. A value is quoted only if the value cannot be a secret. */
export type ConfigFault = { key: string; message: string };

/** A path into the configuration: keys and list positions. */
export type Path = readonly (string | number)[];

/** `policy.rules[2].when` */
export function keyOf(path: Path): string {
  return path.reduce<string>((key, step) => {
    if (typeof step === "number") return `${key}[${step}]`;
    return key === "" ? step : `${key}.${step}`;
  }, "");
}

/** The fault of the key at this path. */
export function faultAt(path: Path, message: string): ConfigFault {
  return { key: keyOf(path), message };
}

/** A fault for each entry of a list that says what an earlier entry says. */
export function repeatFaults(
  entries: readonly unknown[],
  pathOf: (index: number) => Path,
  remedy: string,
): ConfigFault[] {
  return repeats(entries, { pathOf, keyOf, remedy }).map(({ path, message }) => faultAt(path, message));
}

/** One line for each fault, as the command line and `cdk synth` print them. */
export function formatFaults(fileName: string, faults: readonly ConfigFault[]): string {
  return faults.map(({ key, message }) => [fileName, key, message].filter((part) => part !== "").join(": ")).join("\n");
}
