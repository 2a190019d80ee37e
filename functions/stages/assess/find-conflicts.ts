import { byText } from "../../basics/sorted.ts";
import type { PersonOf } from "../../facts/authority.ts";
import type { AtWork } from "../../ledger/ledger.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { ConflictBasis } from "../../review/grants/snapshot.ts";
import { storedKeys } from "../../review/people/person.ts";
import {
  conflictRules,
  type FoundConflict,
  type HeldRole,
  openHeldRoles,
  openRoleSides,
} from "../../review/rules/conflicts.ts";
import type { Verdict } from "../../review/rules/findings.ts";
import { noteHeldElsewhere, type PeopleOf } from "./held-elsewhere.ts";

/** What is decided on a grant, as far as a finding asks for it. */
type Decided = Pick<Verdict, "keep" | "revokeDecidedAt" | "badFile">;

/** The conflicts of a snapshot. Memory holds the grants of roles that a conflict names alone. */
export type ConflictSearch = {
  /** Takes every grant of the snapshot; `decidedOf` is asked where a conflict names the grant's role. */
  note(grant: Grant, decidedOf: () => Decided): void;
  /** Takes what people hold in other sources. */
  noteElsewhere(basis: ConflictBasis, now: string): Promise<void>;
  /** The verdicts with the conflicts of their grants, and those of grants that are in a conflict and that no rule matches. */
  withConflicts(verdicts: Verdict[]): Verdict[];
};

/** A group's grant is every member's. A member of another source is known by the e-mail alone. */
function peopleOfBy(personOf: PersonOf, { authority }: Pick<AtWork, "authority">): PeopleOf {
  const namesOf = (one: Parameters<PersonOf>[0], source: string): string[] => {
    const person = personOf(one, source);
    const known = person.known ? person.entryIds.toSorted()[0] : undefined;
    return [`${source}/${one.id}`, ...(known === undefined ? [] : [`person ${known}`])];
  };
  const match = authority?.match ?? [];
  return (holder, source) =>
    holder.members
      ? holder.members.flatMap(({ id, email }) =>
          namesOf({ id, kind: "user", keys: storedKeys({ email }, { match, people: "names" }) }, source),
        )
      : namesOf(holder, source);
}

/** Looks for the conflicts of the policy among the grants of a review, and of what its holders have in other sources. */
export function openConflictSearch(stage: AtWork, personOf: PersonOf): ConflictSearch {
  const { sourceId, review, policy } = stage;
  const peopleOf = peopleOfBy(personOf, stage);
  const { conflicts = [] } = policy;
  const sidesOf = openRoleSides(conflicts);
  const held = openHeldRoles(conflicts);
  const rules = conflictRules(policy);
  const decided = new Map<HeldRole, Decided>();
  return {
    note({ id: grantId, holder, role, grantedAt, firstSeenAt }, decidedOf) {
      const sides = conflicts.length > 0 ? sidesOf(sourceId, role) : null;
      if (!sides) return;
      const about = decidedOf();
      const revokedAt = about.revokeDecidedAt ?? null;
      const since = grantedAt ?? firstSeenAt;
      const one: HeldRole = { source: sourceId, review, grantId, holderId: holder.id, role, since, sides, revokedAt };
      held.note(peopleOf(holder, sourceId), one);
      decided.set(one, about);
    },
    noteElsewhere: (basis, now) => noteHeldElsewhere(stage, basis, { held, peopleOf, now }),
    withConflicts(verdicts) {
      const byGrant = new Map<string, Verdict>();
      for (const [one, found] of held.conflicts()) {
        const about = decided.get(one);
        if (about) byGrant.set(one.grantId, { grant: { id: one.grantId }, ...about, ...matchedBy(found, rules) });
      }
      if (byGrant.size === 0) return verdicts;
      const all = verdicts.map((verdict): Verdict => {
        const also = byGrant.get(verdict.grant.id);
        if (!also) return verdict;
        byGrant.delete(verdict.grant.id);
        return { ...verdict, ...also, keep: verdict.keep, matched: [...verdict.matched, ...also.matched] };
      });
      return [...all, ...byGrant.values()].sort((a, b) => byText(a.grant.id, b.grant.id));
    },
  };
}

function matchedBy(
  found: readonly FoundConflict[],
  rules: ReturnType<typeof conflictRules>,
): Required<Pick<Verdict, "matched" | "conflicts">> {
  return {
    matched: found.map(({ at }) => rules[at]!),
    conflicts: new Map(found.map((one) => [rules[one.at]!.id, one])),
  };
}
