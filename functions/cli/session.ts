import type { Config } from "../config/config.ts";
import type { Store } from "../review/ports.ts";
import type { Stage } from "../review/stage.ts";
import { openMessenger } from "../runtime/open-messenger.ts";
import { openStage } from "../runtime/open-stage.ts";
import { openStore } from "../runtime/open-store.ts";
import { systemClock } from "../runtime/system-clock.ts";
import { sealEvidence } from "../stages/seal/seal-evidence.ts";
import { commandLine } from "./command-line.ts";
import { openEmbeddedCompany } from "./embedded-company.ts";
import { type CliOptions, chosenSources, loadConfig } from "./options.ts";
import { openProgressBar, type ProgressBar } from "./progress-bar.ts";
import { sourcesOfReview } from "./sources-of-review.ts";

/** One run of the CLI: configuration, store, the embedded company where a source needs it, and Ctrl-C. */
export type Session = {
  config: Config;
  options: CliOptions;
  store: Store;
  sources: string[];
  progress: ProgressBar;
  isInterrupted(): boolean;
  /** The embedded company lives on a little: people leave, move, are granted roles. */
  liveOn(sourceId: string): void;
  stageOf(sourceId: string, review: string): Stage;
  close(): Promise<void>;
};

export const openSession = async (options: CliOptions): Promise<Session> => {
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
};

/** Runs a command in a session that is closed however it ends. */
export const inSession = async <T>(options: CliOptions, work: (session: Session) => Promise<T>): Promise<T> => {
  const session = await openSession(options);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
};
