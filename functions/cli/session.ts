import type { Config } from "../config/config.ts";
import { checkpointKey, reviewKeys } from "../review/keys.ts";
import type { Clock, Store } from "../review/ports.ts";
import type { Stage } from "../review/stage.ts";
import { openMessenger } from "../runtime/open-messenger.ts";
import { openStage, openStore } from "../runtime/open-stage.ts";
import { systemClock } from "../runtime/system-clock.ts";
import { sealEvidence } from "../stages/seal/seal-evidence.ts";
import { exitCodes, UsageError } from "./exit-code.ts";
import { type CliOptions, chosenSources, commandLine, loadConfig } from "./options.ts";
import { openProgressBar, type ProgressBar, printJson, printLine } from "./print.ts";
import { openEmbeddedCompany } from "./sandbox.ts";

/** One run of the CLI: its configuration and store, the embedded company if a source needs it, and Ctrl-C. */
export type Session = {
  config: Config;
  options: CliOptions;
  store: Store;
  clock: Clock;
  sources: string[];
  progress: ProgressBar;
  isInterrupted(): boolean;
  /** Lets time pass in the embedded company: people leave, move, are granted roles. */
  liveOn(sourceId: string): void;
  stageOf(sourceId: string, review: string): Stage;
  close(): Promise<void>;
};

/** Opens a session for a command with these options. */
async function openSession(options: CliOptions): Promise<Session> {
  const config = loadConfig(options);
  const store = await openStore(config.store);
  const chosen = chosenSources(config, options);
  const sources = options.review ? await sourcesOfReview(store, chosen, options.review) : chosen;
  const progress = openProgressBar();
  const company = await openEmbeddedCompany(config);
  let interrupted = false;
  const interrupt = (): void => {
    if (interrupted) process.exit(130);
    interrupted = true;
    process.stderr.write(
      "\nInterrupted: ends after the calls under way, which may have to wait for the rate limit (again: at once)\n",
    );
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return {
    config,
    options,
    store,
    clock: systemClock,
    sources,
    progress,
    isInterrupted: () => interrupted,
    liveOn: (sourceId) => company?.liveOn(sourceId),
    stageOf: (sourceId, review) =>
      openStage(config, {
        sourceId,
        review,
        store,
        clock: systemClock,
        env: process.env,
        progress: progress.of(sourceId),
        shouldStop: () => interrupted,
        sealReview: sealEvidence,
        endpoint: company?.endpointOf(sourceId),
        messenger: openMessenger(config, sourceId, {
          clock: systemClock,
          env: process.env,
          endpoint: company?.messages,
          approveCommands: (ofReview, planHash) => [
            commandLine(options, "approve", "--plan", planHash, "--by", "NAME", "--reason", "TEXT"),
            commandLine(options, "review", "--source", sourceId, "--review", ofReview),
          ],
        }),
      }),
    async close() {
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", interrupt);
      progress.end();
      await company?.close();
    },
  };
}

/** Runs a command in a session, and closes the session even if the command fails. */
export async function inSession<T>(options: CliOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(options);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function hasReview(store: Store, source: string, review: string): Promise<boolean> {
  for (const prefix of [reviewKeys(source, review).root, checkpointKey(source, review, "snapshot.json")]) {
    for await (const _ of store.list(prefix)) return true;
  }
  return false;
}

/**
 * The sources that have the review, so that naming a review of one source begins none of another source under that name. All
 * sources if none has the review yet.
 */
export async function sourcesOfReview(store: Store, sources: string[], review: string): Promise<string[]> {
  if (sources.length === 1) return sources;
  const having: string[] = [];
  for (const source of sources) if (await hasReview(store, source, review)) having.push(source);
  return having.length > 0 ? having : sources;
}

/** Prints the result of a command that has worked: `fields` as one JSON summary under `--json`, else the text. */
export function printResult({ options }: Session, command: string, fields: object, text: string): number {
  const exitCode = exitCodes.done;
  if (options.json) printJson({ command, exitCode, ...fields });
  else printLine(text);
  return exitCode;
}

/** The one source of a command that takes one. */
export function onlySource(session: Session, sources = session.sources): string {
  const [source, ...others] = sources;
  if (source && others.length === 0) return source;
  throw new UsageError(`Name one source with --source ${session.sources.join("|")}`);
}
