import { AsyncLocalStorage } from "node:async_hooks";
import { type CliWords, cliWords } from "./words/words.ts";

/** Where a run prints; `columns` and `isTTY` are a terminal's. */
export type Output = NodeJS.WritableStream & { columns?: number; isTTY?: boolean };

/** What is around a run of the command line: the process that it is the only run of, or whoever calls it within a process. */
export type Surroundings = { env: NodeJS.ProcessEnv; stdout: Output; stderr: Output };

type Run = Surroundings & { words: CliWords };

// Whatever a run prints belongs to that run, however many run in one process: it is known here, instead of handed through every function.
const ofRun = new AsyncLocalStorage<Run>();

/** Runs `work`: what it prints goes to where these surroundings say, in these words. */
export function within<T>(run: Run, work: () => T): T {
  return ofRun.run(run, work);
}

/** Where the run under way prints; outside of one, as in a signal's listener, where the process prints. */
export function outputs(): Pick<Surroundings, "stdout" | "stderr"> {
  return ofRun.getStore() ?? process;
}

/** The words of the run under way; outside of one English. */
export function wordsOfRun(): CliWords {
  return ofRun.getStore()?.words ?? cliWords("en");
}
