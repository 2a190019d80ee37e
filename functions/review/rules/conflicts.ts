import { byText } from "../../basics/sorted.ts";
import type { LocalText, Role } from "../grants/grant.ts";
import type { Conflict, Policy, Rule } from "./policy.ts";

// Roles that one person must not hold together: separation of duties. A conflict is found, and removes nothing.

const prefix = "conflict:";

/** Whether a finding says that its grant takes part in a conflict. */
export function isConflictRule(rule: string): boolean {
  return rule.startsWith(prefix);
}

/** The policy's conflicts as rules that flag: a finding, its answer and its words are those of any flag. */
export function conflictRules({ conflicts = [] }: Pick<Policy, "conflicts">): Rule[] {
  return conflicts.map(({ id, reason, controls }) => ({
    id: prefix + id,
    when: "",
    then: "flag",
    noticeDays: 0,
    reason,
    overridable: true,
    controls,
  }));
}

type Conflicting = Pick<Policy, "conflicts">;

/** The other sources that conflicts name together with this one, sorted. */
export function sourcesBeside(sourceId: string, { conflicts = [] }: Conflicting): string[] {
  const named = conflicts.map(({ between }) => new Set(between.flat().map(({ source }) => source)));
  const beside = new Set(named.filter((sources) => sources.has(sourceId)).flatMap((sources) => [...sources]));
  return [...beside].filter((source) => source !== sourceId).sort();
}

/**
 * The roles of a source, by the ids or codes that conflicts give them, of the conflicts that name other sources beside it (`beside`:
 * of those that name that one), sorted.
 */
export function rolesAcross(sourceId: string, { conflicts = [] }: Conflicting, beside?: string): string[] {
  const roles = conflicts
    .map(({ between }) => between.flat())
    .filter((lists) => lists.some(({ source }) => (beside === undefined ? source !== sourceId : source === beside)))
    .flatMap((lists) => lists.flatMap((list) => (list.source === sourceId ? list.roles : [])));
  return [...new Set(roles)].sort();
}

/** Whether a conflict names roles of more than one source. */
export function spansSources({ conflicts = [] }: Conflicting): boolean {
  return conflicts.some(({ between }) => new Set(between.flat().map(({ source }) => source)).size > 1);
}

/** A grant that takes part in a conflict, as another grant of the same person is told of it. `since`: ISO 8601. */
export type ConflictingGrant = {
  source: string;
  /** The review whose snapshot shows the grant. */
  review: string;
  grantId: string;
  holderId: string;
  role: { id: string; code: string | null; name: LocalText };
  /** When it was granted, else when a review first saw it. */
  since: string;
};

/** The grants that a grant is in conflict with: the first of them, and how many there are. */
export type ConflictWith = { with: ConflictingGrant[]; all: number };

/** The most grants that a finding names: a group of a thousand members may be in conflict with a thousand grants. */
const mostNamed = 20;

/** The conflicts that a role takes part in, each with the sides that the role stands on. */
export type RoleSides = readonly { at: number; sides: readonly number[] }[];

/** Gives the sides that a role of a source stands on, by its id or its code; null where no conflict names it. */
export function openRoleSides(conflicts: readonly Conflict[]): (source: string, role: RoleName) => RoleSides | null {
  const byName = new Map<string, Map<number, Set<number>>>();
  for (const [at, { between }] of conflicts.entries()) {
    for (const [side, lists] of between.entries()) {
      for (const { source, roles } of lists) {
        for (const role of roles) {
          const named = byName.get(nameOf(source, role)) ?? new Map<number, Set<number>>();
          named.set(at, (named.get(at) ?? new Set()).add(side));
          byName.set(nameOf(source, role), named);
        }
      }
    }
  }
  // Asked for every grant: a role is looked for once.
  const known = new Map<string, Map<string, RoleSides | null>>();
  return (source, { id, code }) => {
    const ofSource = known.get(source) ?? new Map<string, RoleSides | null>();
    known.set(source, ofSource);
    const found = ofSource.get(id);
    if (found !== undefined) return found;
    const names = code === null ? [id] : [id, code];
    const sides = joined(names.map((name) => byName.get(nameOf(source, name))));
    ofSource.set(id, sides);
    return sides;
  };
}

type RoleName = Pick<Role, "id" | "code">;

function nameOf(source: string, role: string): string {
  return `${source}\n${role}`;
}

function joined(all: readonly (Map<number, Set<number>> | undefined)[]): RoleSides | null {
  const sides = new Map<number, Set<number>>();
  for (const named of all) {
    for (const [at, of] of named ?? []) sides.set(at, new Set([...(sides.get(at) ?? []), ...of]));
  }
  return sides.size === 0 ? null : [...sides].map(([at, of]) => ({ at, sides: [...of] }));
}

/** A grant of a role that conflicts name. `revokedAt`: when the revoke in force was decided, null where none is. */
export type HeldRole = ConflictingGrant & { sides: RoleSides; revokedAt: string | null };

/**
 * A conflict in which a grant takes part. `answeredAt`: when a revoke of other grants was decided that ends the conflict for
 * this grant; null while it stands.
 */
export type FoundConflict = ConflictWith & { at: number; answeredAt: string | null };

/** The held roles of everybody, and the conflicts among them. Memory holds the grants of roles that a conflict names alone. */
export type HeldRoles = {
  /** Takes a grant that these people have. */
  note(people: readonly string[], held: HeldRole): void;
  /** By grant, the conflicts in which it takes part, in the order of the policy. */
  conflicts(): Map<HeldRole, FoundConflict[]>;
};

export function openHeldRoles(conflicts: readonly Conflict[]): HeldRoles {
  const byPerson = new Map<string, HeldRole[]>();
  const sidesOf = conflicts.map(({ between }) => between.length);
  return {
    note(people, held) {
      for (const person of people) {
        const theirs = byPerson.get(person);
        if (theirs) theirs.push(held);
        else byPerson.set(person, [held]);
      }
    },
    conflicts() {
      const found = new Map<HeldRole, Map<number, Found>>();
      for (const theirs of byPerson.values()) if (isOnTwoSides(theirs)) findAmong(theirs, sidesOf, found);
      return new Map([...found].map(([held, byConflict]) => [held, told(byConflict)]));
    },
  };
}

/** Whether somebody stands on two sides of any conflict: most people do not, and are looked at no further. */
function isOnTwoSides(theirs: readonly HeldRole[]): boolean {
  if (theirs.length < 2) return false;
  const first = new Map<number, number>();
  for (const held of theirs) {
    for (const { at, sides } of held.sides) {
      for (const side of sides) {
        const before = first.get(at);
        if (before === undefined) first.set(at, side);
        else if (before !== side) return true;
      }
    }
  }
  return false;
}

type Found = { others: Map<string, HeldRole>; answeredAt: string | null };

/** `found`: what other people's grants showed, as a group's grant is every member's. */
function findAmong(theirs: readonly HeldRole[], sidesOf: readonly number[], found: Map<HeldRole, Map<number, Found>>) {
  for (const at of new Set(theirs.flatMap(({ sides }) => sides.map((each) => each.at)))) {
    const part = theirs.filter(({ sides }) => sides.some((each) => each.at === at));
    if (!isHeldTogether(part, at, sidesOf[at]!)) continue;
    for (const held of part) {
      const others = part.filter((other) => other !== held && isAcross(held, other, at));
      if (others.length === 0) continue;
      const left = part.filter((other) => other === held || other.revokedAt === null);
      const isAnswered = !isHeldTogether(left, at, sidesOf[at]!);
      const answeredAt = isAnswered ? newest(part.filter((other) => other !== held)) : null;
      add(found, held, { at, others, answeredAt });
    }
  }
}

type OfPerson = { at: number; others: readonly HeldRole[]; answeredAt: string | null };

function add(found: Map<HeldRole, Map<number, Found>>, held: HeldRole, { at, others, answeredAt }: OfPerson): void {
  const byConflict = found.get(held) ?? new Map<number, Found>();
  found.set(held, byConflict);
  const before = byConflict.get(at);
  const all = before?.others ?? new Map<string, HeldRole>();
  for (const other of others) all.set(`${other.source} ${other.grantId}`, other);
  const isStanding = answeredAt === null || before?.answeredAt === null;
  byConflict.set(at, { others: all, answeredAt: isStanding ? null : answeredAt });
}

/** Whether somebody who has these grants has one of each side, by more than one grant. */
function isHeldTogether(part: readonly HeldRole[], at: number, sides: number): boolean {
  return part.length > 1 && new Set(part.flatMap((held) => sidesAt(held, at))).size === sides;
}

/** Whether two grants stand on different sides. */
function isAcross(held: HeldRole, other: HeldRole, at: number): boolean {
  return sidesAt(held, at).some((side) => sidesAt(other, at).some((another) => another !== side));
}

function sidesAt({ sides }: HeldRole, at: number): readonly number[] {
  return sides.find((each) => each.at === at)?.sides ?? [];
}

function newest(revoked: readonly HeldRole[]): string | null {
  return (
    revoked
      .map(({ revokedAt }) => revokedAt ?? "")
      .sort(byText)
      .at(-1) || null
  );
}

function told(byConflict: ReadonlyMap<number, Found>): FoundConflict[] {
  return [...byConflict]
    .sort(([a], [b]) => a - b)
    .map(([at, { others, answeredAt }]) => {
      const sorted = [...others].sort(([a], [b]) => byText(a, b)).map(([, other]) => other);
      return { at, with: sorted.slice(0, mostNamed).map(named), all: sorted.length, answeredAt };
    });
}

function named({ source, review, grantId, holderId, role, since }: HeldRole): ConflictingGrant {
  const { id, code, name } = role;
  return { source, review, grantId, holderId, role: { id, code, name }, since };
}
