import { atProvider, underSourceLease } from "../ledger/lease.ts";
import { isStopped } from "../ledger/stop.ts";
import type { Channel } from "../review/people/message.ts";
import type { PermissionCheck } from "../review/ports.ts";
import type { Stage } from "../review/stage.ts";
import { checkChannel } from "./check-messages.ts";
import { codeOfError, exitCodes, worstOf } from "./exit-code.ts";
import { printJson, printLine, printNote } from "./print.ts";
import type { Session } from "./session.ts";

type Checked = { source: string; call: string; passed: boolean; missing: string | null };

/** Asks each source for the least it needs, with the read and the write credentials, then each way to tell people, and names what is missing. */
export async function checkSources(session: Session): Promise<number> {
  const checked: Checked[] = [];
  const codes: number[] = [];
  const channels = new Map<string, { source: string; channel: Channel }>();
  for (const source of session.sources) {
    const { checks, code } = await checkSource(session, source);
    checked.push(...checks);
    codes.push(code);
    for (const channel of session.stageOf(source, "check").messenger?.channels ?? []) {
      if (!channels.has(channel.id)) channels.set(channel.id, { source, channel });
    }
  }
  for (const { source, channel } of channels.values()) {
    const { checks, code } = await checkChannel(channel);
    checked.push(...checks.map((check) => ({ source, ...check })));
    codes.push(code);
  }
  const exitCode = worstOf(codes);
  if (session.options.json) printJson({ command: "check", exitCode, checks: checked });
  else for (const line of checked) printLine(textOf(line));
  return exitCode;
}

function textOf({ source, call, passed, missing }: Checked): string {
  return `${passed ? "ok     " : "missing"} ${source}: ${call}${missing ? `: ${missing}` : ""}`;
}

async function checkSource(session: Session, source: string): Promise<{ checks: Checked[]; code: number }> {
  try {
    const permissions = await permissionsOf(session.stageOf(source, "check"));
    const checks = permissions.map((permission) => ({ source, ...permission }));
    return { checks, code: checks.every(({ passed }) => passed) ? exitCodes.done : exitCodes.failed };
  } catch (error) {
    const missing = (error as Error).message;
    return { checks: [{ source, call: "open", passed: false, missing }], code: codeOfError(error) };
  }
}

/**
 * Under the leases of whatever calls the provider. While the source is stopped only what reads is asked for: a permission
 * to write shows in nothing but the answer to a write, be it of a grant that nobody has.
 */
async function permissionsOf(stage: Stage): Promise<PermissionCheck[]> {
  const isReadOnly = await isStopped(stage);
  if (isReadOnly) printNote(`${stage.sourceId}: stopped, so what writes was not asked for`);
  const open = isReadOnly ? stage.openReader : stage.openRemover;
  return await underSourceLease(stage, (sourceLease) =>
    atProvider({ stage, open, sourceLease }, ({ source }) => source.checkPermissions()),
  );
}
