import { longestGapDays } from "../config/cron.ts";
import { atProvider, underSourceLease } from "../ledger/lease.ts";
import { isStopped } from "../ledger/stop.ts";
import type { Channel } from "../review/people/message.ts";
import { namedReviewers } from "../review/people/routing.ts";
import type { PermissionCheck, Reader } from "../review/ports.ts";
import { holderFieldsUsed } from "../review/rules/holder-fields.ts";
import type { Stage } from "../review/stage.ts";
import { codeOfError, exitCodes, worstCode } from "./exit-code.ts";
import { commandLine } from "./options.ts";
import { printJson, printLine, printNote, shownName } from "./print.ts";
import type { CommandSession } from "./session.ts";

/** The checks of one source or channel, and their exit code. */
type Checked = { checks: PermissionCheck[]; code: number };

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
        printNote(`${source}: checking`);
        const { signal, clear } = openDeadline(source, host);
        const checked = silence ? checkedByError("open", silence) : await checkSource(session, source, signal);
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
    const checks = unseen.map(async (channel) => ({ source, ...(await checkChannel(channel)) }));
    void Promise.all(checks).finally(clear);
    return checks;
  });
}

/**
 * Checks each source for the permissions that it needs, with the read and the write credentials. Then checks each way to
 * tell people. Names what is missing.
 */
export async function checkSources(session: CommandSession): Promise<number> {
  const [sources, channels] = await Promise.all([checkEachSource(session), Promise.all(checkEachChannel(session))]);
  const checked = [...sources, ...channels];
  const checks = checked.flatMap(({ source, checks: found }) => found.map((check) => ({ source, ...check })));
  const exitCode = worstCode(checked.map(({ code }) => code));
  const { schedule } = session.config;
  const gapDays = schedule && longestGapDays(schedule.cron);
  if (session.options.json) {
    printJson({ command: "check", exitCode, checks, ...(schedule ? { longestGapDays: gapDays } : {}) });
    return exitCode;
  }
  for (const check of checks) printLine(checkText(check));
  if (schedule) printLine(gapText(schedule.cron, gapDays));
  printLine(summaryText(session, checks));
  return exitCode;
}

function gapText(cron: string, gapDays: number | null): string {
  if (gapDays === null) return `schedule ${cron}: begins one review at most`;
  return `schedule ${cron}: at most ${gapDays} ${gapDays === 1 ? "day" : "days"} between the beginnings of two reviews`;
}

/** How many checks passed, and the next step. */
function summaryText({ options }: CommandSession, checks: (PermissionCheck & { source: string })[]): string {
  const failed = checks.filter(({ passed }) => !passed);
  if (failed.length === 0) {
    return `${checks.length} checks passed, none failed. Next: ${commandLine(options, "review")}`;
  }
  const sources = [...new Set(failed.map(({ source }) => source))].join(", ");
  const again = commandLine(options, "check");
  return `${failed.length} of ${checks.length} checks failed (${sources}). Mend what is missing, then check again: ${again}`;
}

function checkText({ source, call, passed, missing }: PermissionCheck & { source: string }): string {
  return `${passed ? "ok     " : "missing"} ${source}: ${call}${missing ? `: ${missing}` : ""}`;
}

function codeOfChecks(checks: PermissionCheck[]): number {
  return checks.every(({ passed }) => passed) ? exitCodes.done : exitCodes.failed;
}

function checkedByError(call: string, error: unknown): Checked {
  return { checks: [{ call, passed: false, missing: (error as Error).message }], code: codeOfError(error) };
}

async function checkSource(session: CommandSession, source: string, signal: AbortSignal): Promise<Checked> {
  try {
    const checks = await checkPermissions(session, source, signal);
    return { checks, code: codeOfChecks(checks) };
  } catch (error) {
    return checkedByError("open", error);
  }
}

/**
 * Checks under the leases of every provider call. While the source is stopped only reading is checked: the check of a write
 * permission sends a write, if only of a grant that nobody has.
 */
async function checkPermissions(
  session: CommandSession,
  source: string,
  signal: AbortSignal,
): Promise<PermissionCheck[]> {
  const stage = session.stageOf(source, "check", signal);
  const isReadOnly = await isStopped(stage);
  if (isReadOnly) printNote(`${source}: stopped, so what writes was not asked for`);
  const open = isReadOnly ? stage.openReader : stage.openRemover;
  return await underSourceLease(stage, (sourceLease) =>
    atProvider({ stage, open, sourceLease }, async (provider) => [
      ...(await provider.source.checkPermissions()).map((check) => judgeField(check, fieldsUsed(stage, session))),
      ...(await checkReviewers(stage, provider.source)),
    ]),
  );
}

/** The fields of holders that the configuration relies on: by its rules, its reviewers and its messages. */
function fieldsUsed({ policy, reviewers }: Stage, { config }: CommandSession) {
  const used = holderFieldsUsed(policy, reviewers);
  if (config.messages.some((message) => message.to === "feishu-reviewers" && message.idType === "email")) {
    used.add("email");
  }
  return used;
}

/** A field that does not come is no fault where nothing uses it. */
function judgeField(check: PermissionCheck, used: ReturnType<typeof holderFieldsUsed>): PermissionCheck {
  if (check.field === undefined || check.passed || used.has(check.field)) return check;
  return { ...check, passed: true, missing: `${check.missing}; nothing in the configuration uses it` };
}

/** Checks that the source has everybody whom the configuration names as a reviewer: grants would be routed to nobody. */
async function checkReviewers({ reviewers, policy, clock }: Stage, source: Reader): Promise<PermissionCheck[]> {
  const now = { timezone: policy.timezone, nowMs: clock.now() };
  const places = Map.groupBy(reviewers ? namedReviewers(reviewers, now) : [], ({ id }) => id);
  if (places.size === 0) return [];
  const call = "reviewers";
  try {
    const found = await readPeople(source, [...places.keys()]);
    const missing = [...places].filter(([id]) => (found.get(id)?.status ?? "unknown") === "unknown");
    return missing.length === 0
      ? [{ call, passed: true, missing: null }]
      : missing.map(([id, at]) => ({
          call: at.map((named) => named.at).join(", "),
          passed: false,
          missing: `nobody has the id ${shownName(id)}: write a person's id, as this source's holders have them`,
        }));
  } catch (error) {
    return [{ call, passed: false, missing: (error as Error).message }];
  }
}

async function readPeople(source: Reader, ids: string[]): ReturnType<Reader["readHolders"]> {
  const found: Awaited<ReturnType<Reader["readHolders"]>> = new Map();
  for (let from = 0; from < ids.length; from += source.holdersPerRead) {
    const read = await source.readHolders(ids.slice(from, from + source.holdersPerRead));
    for (const [id, holder] of read) found.set(id, holder);
  }
  return found;
}

/** Checks without sending a message whether one could be sent: the secret, the bot, its permissions, the group. */
async function checkChannel(channel: Channel): Promise<Checked> {
  const { address } = channel;
  try {
    const checks = await checkOpenChannel(channel);
    const named = checks.map((check) => ({ ...check, call: `${address}: ${check.call}` }));
    return { checks: named, code: codeOfChecks(checks) };
  } catch (error) {
    return checkedByError(address, error);
  }
}

async function checkOpenChannel(channel: Channel): Promise<PermissionCheck[]> {
  const open = await channel.open();
  try {
    if (open.check) return await open.check();
    return [{ call: "open", passed: true, missing: "only a message shows whether it arrives" }];
  } finally {
    await open.close();
  }
}
