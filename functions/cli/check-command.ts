import { longestGapDays, nextBeginning } from "../config/cron.ts";
import type { Channel } from "../review/people/message.ts";
import type { PermissionCheck } from "../review/ports.ts";
import { checkChannel, checkSource } from "../stages/check/check-access.ts";
import { checkEvents } from "./check-events.ts";
import { codeOfError, exitCodes, worstCode } from "./exit-code.ts";
import { commandLine } from "./options.ts";
import { printJson, printLine, printNote } from "./print.ts";
import type { CommandSession } from "./session.ts";

/** The checks of one source or channel, and their exit code. */
type Checked = { checks: SaidCheck[]; code: number };

type SaidCheck = PermissionCheck & Parameters<CommandSession["words"]["check"]["ofEvents"]>[0];

type CheckedOf = Checked & { source: string };

/** Whoever checks waits: a source or channel that has not answered by then is told of as one that does not answer. */
const answerMs = 7_000;

/** Aborts when an answer is overdue, with the error that says so. `clear` ends the waiting. */
function openDeadline(what: string, host: string): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const late = `Cannot check ${what} as ${host} did not answer within ${answerMs / 1000} s: look at baseUrl, the network and the proxy`;
  const timeout = setTimeout(() => controller.abort(new Error(late)), answerMs);
  return { signal: controller.signal, clear: () => clearTimeout(timeout) };
}

/**
 * The checks of each source, in the order of the configuration. Hosts are asked at once; sources of one host one after another, as
 * they may share a lease, and no more of a host that did not answer.
 */
async function checkEachSource(session: CommandSession): Promise<CheckedOf[]> {
  const hostOf = new Map(session.config.sources.map(({ id, baseUrl }) => [id, URL.parse(baseUrl)?.host ?? baseUrl]));
  const checkedBySource = new Map<string, CheckedOf>();
  const groups = [...Map.groupBy(session.sources, (source) => hostOf.get(source) ?? source)];
  await Promise.all(
    groups.map(async ([host, sources]) => {
      let silence: Error | null = null;
      for (const source of sources) {
        printNote(session.words.check.checking(source));
        const { signal, clear } = openDeadline(source, host);
        const checked = silence ? checkedByError("open", silence) : await checkedSource(session, source, signal);
        clear();
        checkedBySource.set(source, { source, ...checked });
        if (signal.aborted) silence = signal.reason as Error;
      }
    }),
  );
  return session.sources.flatMap((source) => checkedBySource.get(source) ?? []);
}

/** The checks of each way to tell people, once for all sources that use the way. */
function checkEachChannel(session: CommandSession): Promise<CheckedOf>[] {
  const seen = new Set<string>();
  return session.sources.flatMap((source) => {
    const { signal, clear } = openDeadline("the messages", "their host");
    const channels = session.stageOf(source, "check", signal).messenger?.channels ?? [];
    const unseen = channels.filter(({ id }) => !seen.has(id));
    for (const { id } of unseen) seen.add(id);
    const checks = unseen.map(async (channel) => ({ source, ...(await checkedChannel(channel)) }));
    void Promise.all(checks).finally(clear);
    return checks;
  });
}

/**
 * Checks each source for the permissions that it needs, with the read and the write credentials. Then checks each way to
 * tell people, and the subscriptions to events. Names what is missing.
 */
export async function checkSources(session: CommandSession): Promise<number> {
  const [sources, channels, events] = await Promise.all([
    checkEachSource(session),
    Promise.all(checkEachChannel(session)),
    checkOfEvents(session),
  ]);
  const checked = [...sources, ...channels, ...events, ...checkSchedules(session)];
  const checks = checked.flatMap(({ source, checks: found }) => found.map((check) => ({ source, ...check })));
  const exitCode = worstCode(checked.map(({ code }) => code));
  const { schedule } = session.config;
  const gapDays = schedule && longestGapDays(schedule.cron);
  if (session.options.json) {
    const inEnglish = checks.map(({ said: _said, ...check }) => check);
    printJson({ command: "check", exitCode, checks: inEnglish, ...(schedule ? { longestGapDays: gapDays } : {}) });
    return exitCode;
  }
  for (const check of checks) printLine(checkText(session.words, check));
  if (schedule) printLine(gapText(session.words.check, schedule.cron, gapDays));
  printLine(summaryText(session, checks));
  return exitCode;
}

/** A failed check of each schedule whose years are over: nothing begins by it any more, and nobody would be told. */
function checkSchedules({ config, clock }: CommandSession): CheckedOf[] {
  return (["schedule", "sweep"] as const).flatMap((key) => {
    const schedule = config[key];
    if (!schedule?.enabled || nextBeginning(schedule, clock.now()) !== null) return [];
    const missing = `${schedule.cron} begins nothing any more, as its years are over: correct the year, or write *`;
    return [{ source: key, checks: [{ call: "cron", passed: false, missing }], code: exitCodes.failed }];
  });
}

/** What is known of the subscriptions to events, once for all sources. */
async function checkOfEvents(session: CommandSession): Promise<CheckedOf[]> {
  const { events } = session.config;
  const [source] = session.sources;
  if (!events || source === undefined) return [];
  const { signal, clear } = openDeadline("the events' app", events.baseUrl);
  try {
    const checks = await checkEvents(session, signal);
    return [{ source, checks, code: codeOfChecks(checks) }];
  } catch (error) {
    return [{ source, ...checkedByError("events", error) }];
  } finally {
    clear();
  }
}

function gapText(words: CommandSession["words"]["check"], cron: string, gapDays: number | null): string {
  return gapDays === null ? words.comesOnce(cron) : words.gap(cron, gapDays);
}

/** How many checks passed, and the next step. */
function summaryText({ options, words }: CommandSession, checks: (PermissionCheck & { source: string })[]): string {
  const failed = checks.filter(({ passed }) => !passed);
  if (failed.length === 0) return words.check.allPassed(checks.length, commandLine(options, "review"));
  const sources = [...new Set(failed.map(({ source }) => source))].join(words.and);
  return words.check.failed(failed.length, checks.length, sources, commandLine(options, "check"));
}

function checkText(words: CommandSession["words"], check: SaidCheck & { source: string }): string {
  const { source, call, passed } = check;
  const missing = words.check.ofEvents(check);
  const asked = `${passed ? words.check.passed : words.check.missing} ${words.named(source, call)}`;
  return missing ? words.named(asked, missing) : asked;
}

function codeOfChecks(checks: PermissionCheck[]): number {
  return checks.every(({ passed }) => passed) ? exitCodes.done : exitCodes.failed;
}

function checkedByError(call: string, error: unknown): Checked {
  return { checks: [{ call, passed: false, missing: (error as Error).message }], code: codeOfError(error) };
}

async function checkedSource(session: CommandSession, source: string, signal: AbortSignal): Promise<Checked> {
  try {
    const { checks, isReadOnly } = await checkSource(session.stageOf(source, "check", signal));
    if (isReadOnly) printNote(session.words.check.readOnly(source));
    return { checks, code: codeOfChecks(checks) };
  } catch (error) {
    return checkedByError("open", error);
  }
}

async function checkedChannel(channel: Channel): Promise<Checked> {
  try {
    const checks = await checkChannel(channel);
    return { checks, code: codeOfChecks(checks) };
  } catch (error) {
    return checkedByError(channel.address, error);
  }
}
