import { readRoleHolders } from "../ledger/grants.ts";
import type { AtWork } from "../ledger/ledger.ts";
import { pastOf, withPrevious } from "../ledger/previous-review.ts";
import type { Facts } from "../review/rules/facts.ts";
import type { Rule } from "../review/rules/policy.ts";
import { type View, viewOf } from "../review/rules/rule-view.ts";
import { openBesideOthers } from "./peers.ts";

type Grant = Facts["grant"];
type Snapshot = Parameters<typeof pastOf>[1];

/** What differs from judging to judging. `before`: the grant in the previous snapshot; null: it had none. */
type Known = Pick<Facts, "decision" | "person" | "now"> & { before: Grant | null };

/** Everything that rules look at of the grants of one snapshot. */
export type GrantFacts = {
  /** The newest complete snapshot before, of the same origin. */
  previous: Snapshot | null;
  /** By role id, as the snapshot counted them. */
  roleHolders: Awaited<ReturnType<typeof readRoleHolders>>;
  /** Every grant with the same grant in the previous snapshot, or null; some at a time. */
  grants(): AsyncGenerator<[Grant, Grant | null][]>;
  /** What rules see of a grant, of this snapshot or read anew. */
  viewOf(grant: Grant, known: Known): View;
};

/** Reads what the snapshot and the time before it tell of all grants, for judging them one by one by these rules. */
export async function openGrantFacts(
  stage: AtWork,
  snapshot: Snapshot,
  rules: readonly Pick<Rule, "when" | "keepScope">[],
): Promise<GrantFacts> {
  const past = await pastOf(stage, snapshot);
  const roleHolders = await readRoleHolders(stage, past.previous);
  const besideOthers = await openBesideOthers(stage, snapshot, rules);
  const { language, policy } = stage;
  return {
    previous: past.previous,
    roleHolders,
    grants: () => withPrevious(stage, snapshot, past.previous),
    viewOf: (grant, { before, ...known }) => {
      const holders = roleHolders.get(grant.role.id)?.holders ?? 0;
      const facts: Facts = {
        grant,
        roleHolders: holders,
        previous: past.of(grant, before),
        ...besideOthers(grant),
        ...known,
      };
      return viewOf(facts, { language, timezone: policy.timezone });
    },
  };
}
