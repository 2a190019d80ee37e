/** What is wrong with one key of the configuration, and what to write instead. Values are quoted only where they cannot be secret. */
export type Fault = { key: string; message: string };

/** A path into the configuration: keys and list positions. */
export type Path = readonly (string | number)[];

/** `policy.rules[2].when` */
export function keyOf(path: Path): string {
  return path.reduce<string>((key, step) => {
    if (typeof step === "number") return `${key}[${step}]`;
    return key === "" ? step : `${key}.${step}`;
  }, "");
}

/** One line for each fault, as the command line and `cdk synth` print them. */
export function formatFaults(fileName: string, faults: readonly Fault[]): string {
  return faults.map(({ key, message }) => [fileName, key, message].filter((part) => part !== "").join(": ")).join("\n");
}
