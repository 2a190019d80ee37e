import { atProvider, underSourceLease } from "../ledger/lease.ts";
import { isStopped } from "../ledger/stop.ts";
import type { Channel } from "../review/people/message.ts";
import type { PermissionCheck } from "../review/ports.ts";
import { codeOfError, exitCodes, worstCode } from "./exit-code.ts";
import { printJson, printLine, printNote } from "./print.ts";
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
    addChecked(source, await checkSource(session, source));
    for (const channel of session.stageOf(source, "check").messenger?.channels ?? []) {
      if (!channels.has(channel.id)) channels.set(channel.id, { source, channel });
    }
  }
  for (const { source, channel } of channels.values()) addChecked(source, await checkChannel(channel));
  const exitCode = worstCode(codes);
  if (session.options.json) printJson({ command: "check", exitCode, checks });
  else for (const check of checks) printLine(checkText(check));
  return exitCode;
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
    atProvider({ stage, open, sourceLease }, (provider) => provider.source.checkPermissions()),
  );
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
