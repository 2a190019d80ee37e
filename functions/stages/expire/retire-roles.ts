import { grantsOf, rolesToRetire } from "../../ledger/grants.ts";
import { atProvider, type Lease } from "../../ledger/lease.ts";
import type { LoadedPlan } from "../../ledger/plans.ts";
import { readOutcomes, readRetirements, writeRetirementIntent, writeRetirementOutcome } from "../../ledger/receipts.ts";
import { writeAhead } from "../../ledger/write-ahead.ts";
import type { Grant } from "../../review/grants/grant.ts";
import { isSameOrigin } from "../../review/grants/snapshot.ts";
import { type RetirementOutcome, type RetiringRole, standingGrants } from "../../review/plan/retirement.ts";
import type { DeleteReply, RoleRetirement } from "../../review/ports.ts";
import type { Retired, Stage } from "../../review/stage.ts";

/** How long after the provider's yes a deleted role is looked for. */
const readBackAfterMs = [0, 3_000, 7_000];
const triesAtMost = 3;

/** Deletes every role that is to be retired and that the plan has emptied: each of its grants was proved gone. */
export async function retireRoles(stage: Stage, loaded: LoadedPlan, sourceLease: Lease): Promise<Retired> {
  const retiring = await retiringRoles(stage, loaded);
  if (retiring.length === 0) return {};
  const outcomes = await readOutcomes(stage);
  const settled = (await readRetirements(stage)).outcomes;
  const standing = (each: RetiringRole): Grant[] => standingGrants(each.grants, { plan: loaded.plan, outcomes });
  const due = retiring.filter((each) => !settled.has(each.role.id) && standing(each).length === 0);
  const fresh = due.length === 0 ? [] : await deleteRoles(stage, loaded, { due, sourceLease });
  for (const outcome of fresh) settled.set(outcome.roleId, outcome);
  return asAnswer(retiring, settled, standing);
}

/** The roles that the snapshot shows as retiring, with all of their grants. */
async function retiringRoles(stage: Stage, { snapshot }: LoadedPlan): Promise<RetiringRole[]> {
  const roles = await rolesToRetire(stage);
  if (roles.size === 0) return [];
  const byId = new Map([...roles].map(([id, role]): [string, RetiringRole] => [id, { role, grants: [] }]));
  for await (const grant of grantsOf(stage.store, snapshot)) byId.get(grant.role.id)?.grants.push(grant);
  return [...byId.values()];
}

function asAnswer(
  retiring: RetiringRole[],
  settled: Map<string, RetirementOutcome>,
  standing: (each: RetiringRole) => Grant[],
): Retired {
  const isGone = ({ role }: RetiringRole): boolean =>
    ["deleted", "already-gone"].includes(settled.get(role.id)?.outcome ?? "");
  const whyOf = (each: RetiringRole): string =>
    settled.get(each.role.id)?.detail ??
    (standing(each).length > 0
      ? `${standing(each).length} of its ${each.grants.length} holders were not removed`
      : "the configuration no longer retires it");
  const left = retiring.filter((each) => !isGone(each));
  return {
    retiredRoles: retiring.filter(isGone).map(({ role }) => role.id),
    ...(left.length > 0 ? { rolesLeft: left.map((each) => ({ role: each.role.id, why: whyOf(each) })) } : {}),
  };
}

type Deleting = { due: RetiringRole[]; sourceLease: Lease };

async function deleteRoles(
  stage: Stage,
  { plan, snapshot }: LoadedPlan,
  { due, sourceLease }: Deleting,
): Promise<RetirementOutcome[]> {
  return await atProvider({ stage, open: stage.openRemover, sourceLease }, async (at) => {
    const { retirement } = at.source;
    // The ids of one host and app say nothing to another.
    if (retirement === null || !isSameOrigin(at.source.origin, snapshot.origin)) return [];
    const done: RetirementOutcome[] = [];
    const begun = (await readRetirements(stage)).intents;
    const today = await at.source.readRoles();
    for (const retiring of due) {
      const { id } = retiring.role;
      const planHash = begun.get(id)?.planHash ?? plan.planHash;
      const isRetiring = today.some((role) => role.id === id && role.status === "retiring");
      if (!(await retirement.hasRole(id))) {
        const outcome = begun.has(id) ? "deleted" : "already-gone";
        done.push(await writeRetirementOutcome(stage, retiring.role, { outcome, planHash, isVerified: true }));
      } else if (isRetiring) done.push(await deleteRole({ stage, lease: at.lease, retirement, planHash }, retiring));
    }
    return done;
  });
}

type Context = { stage: Stage; lease: Lease; retirement: RoleRetirement; planHash: string };

/** Writes the intent, deletes the role, reads it back. Throws where nobody can tell what became of the role: the next run looks again. */
async function deleteRole(context: Context, retiring: RetiringRole): Promise<RetirementOutcome> {
  const { stage, retirement, planHash } = context;
  const { id } = retiring.role;
  const beforeWrite = (): Promise<void> => writeAhead(context, () => writeRetirementIntent(stage, planHash, retiring));
  let reply: DeleteReply = { kind: "no-answer", detail: "" };
  for (let attempt = 1; reply.kind === "no-answer" && attempt <= triesAtMost; attempt++) {
    reply = await retirement.deleteRole(id, beforeWrite);
    if (reply.kind === "refused") {
      const { detail, requestId } = reply;
      const facts = { outcome: "refused" as const, planHash, detail, requestId, isVerified: false };
      return await writeRetirementOutcome(stage, retiring.role, facts);
    }
    const requestId = reply.kind === "no-answer" ? null : reply.requestId;
    if (await isGone(context, id, reply.kind)) {
      const outcome = reply.kind === "already-gone" && attempt === 1 ? "already-gone" : "deleted";
      return await writeRetirementOutcome(stage, retiring.role, { outcome, planHash, requestId, isVerified: true });
    }
  }
  throw new Error(
    `Cannot tell what became of role ${id} as ${reply.kind === "no-answer" ? `its deletion got no answer ${triesAtMost} times (the last: ${reply.detail})` : "the provider said yes, and the role is still there"}: run expire again once the provider is well`,
  );
}

/** A role whose deletion got no answer is looked for once; a role whose deletion was answered, for a while. */
async function isGone({ stage, retirement }: Context, roleId: string, reply: DeleteReply["kind"]): Promise<boolean> {
  for (const waitMs of reply === "no-answer" ? [0] : readBackAfterMs) {
    if (waitMs > 0) await stage.clock.sleep(waitMs);
    if (!(await retirement.hasRole(roleId))) return true;
  }
  return false;
}
