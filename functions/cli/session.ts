import { proxiesOf } from "../basics/proxies.ts";
import type { Config } from "../config/config.ts";
import { formatFaults } from "../config/fault.ts";
import { type LongWait, longWaits } from "../http/signals.ts";
import { isSweep, reviewKeys } from "../review/keys.ts";
import type { Clock, Store } from "../review/ports.ts";
import type { Stage } from "../review/stage.ts";
import { localSecretFaults } from "../runtime/local-secrets.ts";
import { openMessenger } from "../runtime/open-messenger.ts";
import { openStage, openStore } from "../runtime/open-stage.ts";
import { systemClock } from "../runtime/system-clock.ts";
import { sealEvidence } from "../stages/seal/seal-evidence.ts";
import { exitCodes, UsageError, usage } from "./exit-code.ts";
import { type CliOptions, chosenSources, commandLine, loadConfig } from "./options.ts";
import { openProgressBar, type ProgressBar, printJson, printLine, printNote, spoken } from "./print.ts";
import { assertStore, noteForeignFolders, sourcesToWorkOn } from "./review-choice.ts";
import { type EmbeddedCompany, openEmbeddedCompany } from "./sandbox.ts";
import { type CliWords, cliWords } from "./words/words.ts";

/** The present, epoch milliseconds: for a command that opens no session. */
export function presentMs(): number {
  return systemClock.now();
}

/** One run of the CLI: its configuration, environment and store, the embedded company if a source needs it, and Ctrl-C. */
export type CommandSession = {
  config: Config;
  options: CliOptions;
  env: NodeJS.ProcessEnv;
  /** What is printed, in the language of the configuration; not under `--json`. */
  words: CliWords;
  store: Store;
  clock: Clock;
  sources: string[];
  progress: ProgressBar;
  isInterrupted(): boolean;
  /** Resolves at Ctrl-C or SIGTERM. */
  untilInterrupted(): Promise<void>;
  /** The embedded company; null if nothing of the configuration is in it. */
  company: EmbeddedCompany | null;
  /** Lets time pass in the embedded company: people leave, move, are granted roles. */
  liveOn(sourceId: string): void;
  /** `signal` ends every call to the provider. */
  stageOf(sourceId: string, review: string, signal?: AbortSignal): Stage;
  close(): Promise<void>;
};

/**
 * The secrets that a command uses: which credentials of its sources, and whether people are told. `ofSealed`: it calls the
 * provider for a sealed review as well. `desk`: people sign in. `events`: by which way they come.
 */
export type CommandSecrets = {
  credentials: readonly ("read" | "write")[];
  messages?: boolean;
  desk?: boolean;
  events?: "webhook" | "connection";
  ofSealed?: boolean;
};

/** The secrets of a command that removes: the write credentials are used where the configuration lets it remove. */
export function removingSecrets({ mode }: Config): CommandSecrets {
  return { credentials: mode === "enforce" ? ["read", "write"] : ["read"] };
}

/** What a session is opened with. */
type Opening = { options: CliOptions; env: NodeJS.ProcessEnv };

/** Throws a UsageError with every fault of the secrets on this machine that the command is about to use. */
async function assertSecrets(config: Config, { options, env }: Opening, sourceIds: string[], secrets: CommandSecrets) {
  const { credentials, messages = false, desk = false, events } = secrets;
  const faults = await localSecretFaults(config, { sourceIds, credentials, messages, desk, events }, env);
  if (faults.length > 0) throw new UsageError(formatFaults(options.config, faults));
}

/** Throws a UsageError where the environment names a proxy in a form that nobody understands. */
function assertProxies(env: NodeJS.ProcessEnv): void {
  try {
    proxiesOf(env);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Of these sources those whose review is not sealed. A sealed review is only shown, which needs no secret. */
async function unsealed(store: Store, sources: string[], review: string | undefined): Promise<string[]> {
  const sealed = await Promise.all(
    sources.map(async (id) => review !== undefined && (await store.get(reviewKeys(id, review).evidence)) !== null),
  );
  return sources.filter((_id, index) => !sealed[index]);
}

/** After Ctrl-C or SIGTERM a command has this long to end by itself: whoever stops a process kills it soon after. */
const graceMs = 4_500;

/** Says why nothing happens for a while. */
function tellOfWait(message: unknown): void {
  const { call, ms, reason } = message as LongWait;
  printNote(spoken().progress.waiting(Math.ceil(ms / 1000), call, reason));
}

/** Opens a session for a command with these options. */
async function openSession(opening: Opening, needs: CommandNeeds): Promise<CommandSession> {
  const { options, env } = opening;
  const config = loadConfig(options);
  assertProxies(env);
  const retention = options.stack === undefined ? undefined : { ...config.aws.retention, now: systemClock.now };
  const store = await openStore(config.store, env, retention);
  if (!needs.beginsStore) await assertStore(store, options);
  const chosen = chosenSources(config, options);
  const sources = await sourcesToWorkOn({ store, chosen, review: options.review, needs });
  if (needs.namesForeign) await noteForeignFolders(store, sources);
  const secrets = needs.secretsOf?.(config, options);
  if (secrets) {
    const calling = secrets.ofSealed ? sources : await unsealed(store, sources, options.review);
    await assertSecrets(config, opening, calling, secrets);
  }
  const words = cliWords(config.language);
  const progress = openProgressBar();
  const company = needs.isOffline ? null : await openEmbeddedCompany(config, options);
  let interrupted = false;
  let cutOff: NodeJS.Timeout | undefined;
  const { promise: untilInterrupted, resolve: tellInterrupted } = Promise.withResolvers<void>();
  const interrupt = (): void => {
    if (interrupted) process.exit(130);
    interrupted = true;
    tellInterrupted();
    // Whatever is under way is safe to cut off: the next run goes on from what is stored.
    cutOff = setTimeout(() => {
      progress.end();
      printNote(words.progress.cutOff);
      process.exit(exitCodes.interrupted);
    }, graceMs);
    cutOff.unref();
    printNote(`\n${words.progress.interrupted}`);
  };
  longWaits.subscribe(tellOfWait);
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return {
    config,
    options,
    env,
    words,
    store,
    clock: systemClock,
    sources,
    progress,
    isInterrupted: () => interrupted,
    untilInterrupted: () => untilInterrupted,
    company,
    liveOn: (sourceId) => company?.liveOn(sourceId),
    stageOf: (sourceId, review, signal) =>
      openStage(config, {
        signal,
        sourceId,
        review,
        ...(options.holder && isSweep(review) ? { holders: options.holder } : {}),
        store,
        clock: systemClock,
        env,
        progress: progress.of(sourceId),
        shouldStop: () => interrupted,
        sealReview: sealEvidence,
        endpoint: company?.endpointOf(sourceId),
        authorityEndpoint: company?.endpointOf(config.authority?.source ?? sourceId),
        messenger: openMessenger(config, sourceId, {
          clock: systemClock,
          env,
          endpoint: company?.messages,
          signal,
          approveCommands: (ofReview, planHash) => [
            commandLine(options, "approve", "--plan", planHash, "--by", "NAME", "--reason", "TEXT"),
            commandLine(options, "review", "--source", sourceId, "--review", ofReview),
          ],
        }),
      }),
    async close() {
      clearTimeout(cutOff);
      longWaits.unsubscribe(tellOfWait);
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", interrupt);
      progress.end();
      await company?.close();
    },
  };
}

/** The secrets of a command; null for a command that uses none. */
export type CommandSecretsOf = ((config: Config, options: CliOptions) => CommandSecrets) | null;

/**
 * What a command needs of its session. `mayBegin`: the review that the options name need not be there yet. `ofRetired`: it may
 * be retired. `namesForeign`: says which folders lie beside the reviews and are none. `isOffline`: it calls nobody, the embedded
 * company neither. `beginsStore`: the store that `--store` names need not be there yet.
 */
export type CommandNeeds = {
  secretsOf?: CommandSecretsOf;
  mayBegin?: boolean;
  ofRetired?: boolean;
  namesForeign?: boolean;
  isOffline?: boolean;
  beginsStore?: boolean;
};

/**
 * Runs a command in a session, and closes the session even if the command fails. Looks at the secrets that the command uses
 * before anything is written.
 */
export async function inSession<T>(
  opening: Opening,
  work: (session: CommandSession) => Promise<T>,
  needs: CommandNeeds = {},
): Promise<T> {
  const session = await openSession(opening, needs);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Prints the result of a command that has worked: `fields` as one JSON summary under `--json`, else the text. */
export function printResult({ options }: CommandSession, command: string, fields: object, text: string): number {
  const exitCode = exitCodes.done;
  if (options.json) printJson({ command, exitCode, ...fields });
  else printLine(text);
  return exitCode;
}

/** The one source of a command that takes one. */
export function onlySource(session: CommandSession, sources = session.sources): string {
  const [source, ...others] = sources;
  if (source && others.length === 0) return source;
  throw usage`Name one source with --source ${session.sources.join("|")}`;
}
