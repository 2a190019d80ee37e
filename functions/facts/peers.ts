import { openIdSet } from "../basics/id-set.ts";
import { grantBatchesOf } from "../ledger/grants.ts";
import type { AtWork } from "../ledger/ledger.ts";
import { worksHere } from "../review/grants/grant.ts";
import { isSweep } from "../review/keys.ts";
import type { Facts } from "../review/rules/facts.ts";

type Grant = Facts["grant"];
type Snapshot = Parameters<typeof grantBatchesOf>[1];

/** What the other grants of a snapshot tell of one grant; a field that no rule asks for is left out. */
export type BesideOthers = Pick<Facts, "peers" | "roles">;

/** How many of a group there are, and of them by role. */
type Group = { holders: number; byRole: Map<string, number> };

/**
 * Goes through a snapshot once more, where a rule asks for what others hold: `peers` are the active holders of the same
 * department (or of the same manager), with a count for each role; the roles of a holder are kept only where a rule asks for them.
 * A sweep reads some holders alone, so that nothing can be said of their peers.
 */
export async function openBesideOthers(
  { store, policy }: Pick<AtWork, "store" | "policy">,
  snapshot: Snapshot,
  rules: readonly { when: string }[],
): Promise<(grant: Grant) => BesideOthers> {
  const asks = (word: RegExp): boolean => rules.some(({ when }) => word.test(when));
  const [asksPeers, asksRoles] = [asks(/\bpeers\b/), asks(/\broles\b/)];
  if ((!asksPeers && !asksRoles) || isSweep(snapshot.review)) return () => ({});
  const by = policy.peers?.by === "manager" ? "managerId" : "departmentId";
  const groups = new Map<string, Group>();
  const rolesByHolder = new Map<string, string[]>();
  const counted = openIdSet();
  for await (const grants of grantBatchesOf(store, snapshot)) {
    for (const { holder, role } of grants) {
      if (asksRoles) rolesByHolder.set(holder.id, [...(rolesByHolder.get(holder.id) ?? []), ...namesOf(role)]);
      const id = holder[by];
      if (!asksPeers || id === null || !isHere(holder)) continue;
      const group = groups.get(id) ?? { holders: 0, byRole: new Map() };
      groups.set(id, group);
      if (!counted.has(holder.id)) group.holders++;
      counted.add(holder.id);
      group.byRole.set(role.id, (group.byRole.get(role.id) ?? 0) + 1);
    }
  }
  return ({ holder, role }) => {
    const group = groups.get(holder[by] ?? "");
    const roles = rolesByHolder.get(holder.id);
    return {
      ...(group ? { peers: { count: group.holders, share: (group.byRole.get(role.id) ?? 0) / group.holders } } : {}),
      ...(roles ? { roles } : {}),
    };
  };
}

function isHere(holder: Grant["holder"]): boolean {
  return holder.kind === "user" && worksHere(holder);
}

function namesOf({ id, code }: Grant["role"]): string[] {
  return code === null || code === id ? [id] : [id, code];
}
