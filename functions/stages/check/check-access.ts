import { atProvider, underSourceLease } from "../../ledger/lease.ts";
import { isStopped } from "../../ledger/stop.ts";
import type { Channel } from "../../review/people/message.ts";
import type { PermissionCheck } from "../../review/ports.ts";
import { holderFieldsUsed } from "../../review/rules/holder-fields.ts";
import { answer, type CheckAnswer, type Stage } from "../../review/stage.ts";
import { checkNamedPeople } from "./check-named-people.ts";
import { checkNamedRoles } from "./check-named-roles.ts";
import { checkSweep } from "./check-sweep.ts";
import { checkTenant } from "./check-tenant.ts";

/** The checks of a source. `isReadOnly`: the source is stopped, so that what writes was not asked for. */
export type SourceChecks = { checks: PermissionCheck[]; isReadOnly: boolean };

/** Checks the source and each way to tell people of it, removes nothing and sends nothing. What fails is a check that did not pass. */
export async function checkAccess(stage: Stage): Promise<CheckAnswer> {
  const { checks, isReadOnly } = await checkSource(stage);
  for (const channel of stage.messenger?.channels ?? []) {
    const failed = (error: Error) => [{ call: channel.address, passed: false, missing: error.message }];
    checks.push(...(await checkChannel(channel).catch(failed)));
  }
  const missing = checks.filter(({ passed }) => !passed).length;
  return answer(stage, missing > 0 ? "incomplete" : "done", {
    passed: checks.length - missing,
    missing,
    ...(isReadOnly ? { stopped: true } : {}),
    checks,
  });
}

/**
 * Checks a source under the leases of every provider call. While the source is stopped only reading is checked: the check of
 * a write permission sends a write, if only of a grant that nobody has.
 */
export async function checkSource(stage: Stage): Promise<SourceChecks> {
  const isReadOnly = await isStopped(stage);
  const open = isReadOnly ? stage.openReader : stage.openRemover;
  const checks = await underSourceLease(stage, (sourceLease) =>
    atProvider({ stage, open, sourceLease }, async (provider) => [
      ...(await provider.source.checkPermissions()).map((check) => judgeField(check, fieldsUsed(stage))),
      ...(await checkNamedPeople(stage, provider.source)),
      ...(await checkNamedRoles(stage, provider.source)),
      ...(await checkTenant(stage, provider.source)),
      ...(await checkSweep(stage, provider.source)),
    ]),
  );
  return { checks, isReadOnly };
}

/** The fields of holders that the configuration relies on: by its rules, its reviewers and its messages. */
function fieldsUsed({ policy, reviewers, messenger }: Stage): ReturnType<typeof holderFieldsUsed> {
  const used = holderFieldsUsed(policy, reviewers);
  for (const { field } of messenger?.channels ?? []) if (field) used.add(field);
  return used;
}

/** A field that does not come is no fault where nothing uses it. */
function judgeField(check: PermissionCheck, used: ReturnType<typeof holderFieldsUsed>): PermissionCheck {
  if (check.field === undefined || check.passed || used.has(check.field)) return check;
  return { ...check, passed: true, missing: `${check.missing}; nothing in the configuration uses it` };
}

/** Checks without sending a message whether one could be sent: the secret, the bot, its permissions, the group. Throws where a channel cannot be opened. */
export async function checkChannel(channel: Channel): Promise<PermissionCheck[]> {
  const checks = await checkOpenChannel(channel);
  return checks.map((check) => ({ ...check, call: `${channel.address}: ${check.call}` }));
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
