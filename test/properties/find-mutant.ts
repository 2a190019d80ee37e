import { copyFunctions } from "./copied-functions.ts";
import type { Mutant } from "./mutants.ts";
import { tryProperties } from "./try-properties.ts";

/** A mutant that the first lives do not meet has to be met by the next. */
const seeds = [20_261_007, 20_261_001, 20_261_002];
const runs = 2_000;

/** Each of the seeds may take so long. */
const limitMs = 300_000;
export const findLimitMs = seeds.length * limitMs;

/** Whether the properties find the fault. */
export async function isFound({ edits, about }: Mutant): Promise<boolean> {
  const { folder, remove } = copyFunctions(edits);
  try {
    const job = { functionsFolder: folder, runs, path: null, shrinks: false, limitMs, about };
    for (const seed of seeds) {
      if ((await tryProperties({ ...job, seed })).kind === "failed") return true;
    }
    return false;
  } finally {
    remove();
  }
}
