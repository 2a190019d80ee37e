import { longestGapDays } from "../config/cron.ts";
import { atProvider, underSourceLease } from "../ledger/lease.ts";
import { isStopped } from "../ledger/stop.ts";
import type { Holder } from "../review/grants/grant.ts";
import type { Channel } from "../review/people/message.ts";
import { namedReviewers } from "../review/people/routing.ts";
import type { PermissionCheck, Reader } from "../review/ports.ts";
import type { Stage } from "../review/stage.ts";
import { codeOfError, exitCodes, worstCode } from "./exit-code.ts";
import { commandLine } from "./options.ts";
import { printJson, printLine, printNote, shownName } from "./print.ts";
import type { Session } from "./session.ts";

/** The checks of one source or channel, and their exit code. */
type Checked = { checks: PermissionCheck[]; code: number };

/**
 * Checks each source for the permissions that it needs, with the read and the write credentials. Then checks each way to
 * tell people. Names what is missing.
 */
export async function checkSources(session: Session): Promise<number> {
  const checks: (PermissionCheck & { source: string })[] = [];
  const codes: number[] = [];
  const addChecked = (source: string, checked: Checked): void => {
    checks.push(...checked.checks.map((check) => ({ source, ...check })));
    codes.push(checked.code);
  };
  const channels = new Map<string, { source: string; channel: Channel }>();
  for (const source of session.sources) {
    printNote(`${source}: checking`);
    addChecked(source, await checkSource(session, source));
    for (const channel of session.stageOf(source, "check").messenger?.channels ?? []) {
      if (!channels.has(channel.id)) channels.set(channel.id, { source, channel });
    }
  }
  for (const { source, channel } of channels.values()) addChecked(source, await checkChannel(channel));
  const exitCode = worstCode(codes);
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
function summaryText({ options }: Session, checks: (PermissionCheck & { source: string })[]): string {
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

async function checkSource(session: Session, source: string): Promise<Checked> {
  try {
    const checks = await checkPermissions(session, source);
    return { checks, code: codeOfChecks(checks) };
  } catch (error) {
    return checkedByError("open", error);
  }
}

/**
 * Checks under the leases of every provider call. While the source is stopped only reading is checked: the check of a write
 * permission sends a write, if only of a grant that nobody has.
 */
async function checkPermissions(session: Session, source: string): Promise<PermissionCheck[]> {
  const stage = session.stageOf(source, "check");
  const isReadOnly = await isStopped(stage);
  if (isReadOnly) printNote(`${source}: stopped, so what writes was not asked for`);
  const open = isReadOnly ? stage.openReader : stage.openRemover;
  return await underSourceLease(stage, (sourceLease) =>
    atProvider({ stage, open, sourceLease }, async (provider) => [
      ...(await provider.source.checkPermissions()),
      ...(await checkReviewers(stage, provider.source)),
    ]),
  );
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

async function readPeople(source: Reader, ids: string[]): Promise<Map<string, Holder>> {
  const found = new Map<string, Holder>();
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
