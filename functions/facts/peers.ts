import { grantBatchesOf } from "../ledger/grants.ts";
import type { AtWork } from "../ledger/ledger.ts";
import { isSweep } from "../review/keys.ts";
import { openPeerCount, peersBy } from "../review/people/peers.ts";
import type { Facts } from "../review/rules/facts.ts";
import { type Rule, ruleReads } from "../review/rules/policy.ts";

type Grant = Facts["grant"];
type Snapshot = Parameters<typeof grantBatchesOf>[1];

/** What the other grants of a snapshot tell of one grant; a field that no rule asks for is left out. */
export type BesideOthers = Pick<Facts, "peers" | "roles">;

/**
 * Goes through a snapshot once more, where a rule asks for what others hold. The roles of a holder are kept only where a rule asks
 * for them. A sweep reads some holders alone, so that nothing can be said of their peers.
 */
export async function openBesideOthers(
  { store, policy }: Pick<AtWork, "store" | "policy">,
  snapshot: Snapshot,
  rules: readonly Pick<Rule, "when" | "keepScope">[],
): Promise<(grant: Grant) => BesideOthers> {
  const [asksPeers, asksRoles] = [ruleReads(rules, "peers"), ruleReads(rules, "holder", "roles")];
  if ((!asksPeers && !asksRoles) || isSweep(snapshot.review)) return () => ({});
  const peers = openPeerCount(peersBy(policy));
  const rolesByHolder = new Map<string, string[]>();
  for await (const grants of grantBatchesOf(store, snapshot)) {
    for (const grant of grants) {
      const { holder, role } = grant;
      if (asksPeers) peers.add(grant);
      if (!asksRoles) continue;
      const theirs = rolesByHolder.get(holder.id);
      if (theirs) theirs.push(...namesOf(role));
      else rolesByHolder.set(holder.id, namesOf(role));
    }
  }
  return (grant) => {
    const found = asksPeers ? peers.of(grant) : null;
    const roles = rolesByHolder.get(grant.holder.id);
    return {
      ...(found ? { peers: { count: found.count, share: found.have / found.count } } : {}),
      ...(roles ? { roles } : {}),
    };
  };
}

function namesOf({ id, code }: Grant["role"]): string[] {
  return code === null || code === id ? [id] : [id, code];
}
