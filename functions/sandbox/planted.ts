import type { Pair, Size } from "./company/company.ts";

/** A leaver whom the shipped configuration lists in `protectedHolders`: the same id in every company. */
export const protectedHolderId = "6999000000000000037";
/** The holder of the grant that the shipped configuration lists in `canaries`: the same id in every company. */
export const canaryHolderId = "6999000000000000074";
/** The role of the grant that the shipped configuration lists in `canaries`: the same id in every company. */
export const canaryRoleId = "7099000000000000111";
/** The code of the role that the shipped configuration lists in `protectedRoles`. */
export const protectedRoleCode = "hr_administrator";

/** Rules of the shipped policy that fire without a reviewer's decision. */
export const ruleIds = [
  "leaver",
  "granted-again",
  "leaving-soon",
  "left-but-employed-again",
  "unknown-holder",
  "undated",
  "not-confirmed",
  "moved-department",
] as const;
export type RuleId = (typeof ruleIds)[number];

/** Guards' holds that the company has a case of. */
export const holdIds = [
  "protected-role",
  "protected-holder",
  "canary",
  "role-share",
  "unknown",
  "last-holder",
  "too-new",
  "unrestorable",
  "unremovable",
] as const;
export type HoldId = (typeof holdIds)[number];

/** What a review finds and holds back, and what it does in enforce mode. Each list is sorted by holder, then role. */
export type Expectation = {
  findings: Record<RuleId, Pair[]>;
  holds: Record<HoldId, Pair[]>;
  /** Due at once and not held: what the review revokes. */
  revoked: Pair[];
  /** Due at once and not held, but given by rule: the vendor refuses the removal. */
  refused: Pair[];
};

/** A grant for a reviewer's decision, and what comes of the decision. */
export type PlantedDecision = Pair & {
  decision: "keep" | "revoke";
  /**
   * `revoked`: a revoke that nothing holds. `last-holder`, `too-new`, `unrestorable`: a revoke held by that. `kept`: a
   * keep that suppresses `not-confirmed`. `lapsed-keep`: a keep to let lapse. `keep-of-leaver`: a keep that a rule
   * which is not overridable goes over.
   */
  purpose: "revoked" | "last-holder" | "too-new" | "unrestorable" | "kept" | "lapsed-keep" | "keep-of-leaver";
};

/** The planted cases of a company. A review finds no others. */
export type Planted = {
  /** What a first review without decisions finds. */
  first: Expectation;
  decisions: PlantedDecision[];
  /**
   * Who has left by CoreHR and holds something in another system, by their ids there, sorted: in the cloud (disabled ones too,
   * and `forgotten`, whose user is still enabled), and in functional roles.
   */
  leftElsewhere: { cloud: string[]; forgotten: string[]; functional: string[] };
  /** Who holds `heldTogether.role` in CoreHR and is in the functional role `heldTogether.functionalRole`: prepares payments and approves them. Employments, sorted. */
  heldTogether: { role: string; functionalRole: string; holderIds: string[] };
  /**
   * The grants that hardly anybody else in the department has, in CoreHR: fewer than one in ten of ten or more who hold anything
   * and have not left.
   */
  rareAmongPeers: Pair[];
  /** Cases that did not fit into a company of this size, and why. */
  notPlanted: string[];
};

function byHolderThenRole(left: Pair, right: Pair): number {
  return left.holderId === right.holderId
    ? left.roleId < right.roleId
      ? -1
      : 1
    : left.holderId < right.holderId
      ? -1
      : 1;
}

/** Holder and role of each, sorted by holder, then role. */
export function sortedPairs(pairs: readonly Pair[]): Pair[] {
  return pairs.map(({ holderId, roleId }) => ({ holderId, roleId })).sort(byHolderThenRole);
}

/** An expectation with every list empty. */
export function nothingExpected(): Expectation {
  return {
    findings: Object.fromEntries(ruleIds.map((id) => [id, []])) as unknown as Record<RuleId, Pair[]>,
    holds: Object.fromEntries(holdIds.map((id) => [id, []])) as unknown as Record<HoldId, Pair[]>,
    revoked: [],
    refused: [],
  };
}

/** The role of a planted grant: one of `castRoles`, or a background role of the kind that is named here. */
export type RoleChoice = "protected" | "canary" | "crowded" | "lonely" | "any" | "company" | "pair" | "rule";

export type CastGrant = {
  role: RoleChoice;
  /** Days before the company's creation; `null`: the vendor does not say. */
  ageDays: number | null;
  scopes?: "usual" | "two" | "none";
  isByRule?: boolean;
  finds?: RuleId;
  hold?: HoldId;
  decision?: Pick<PlantedDecision, "decision" | "purpose">;
};

/** An employment that exists for one planted case. */
export type CastMember = {
  key: string;
  id?: string;
  leftDaysAgo?: number;
  leavesInDays?: number;
  isUnreadable?: boolean;
  /** The key of the member whose employment this employment continues. */
  continues?: string;
  grants: CastGrant[];
};

const usualAgeDays = 60;
function leaverGrant(more: Partial<CastGrant> = {}): CastGrant {
  return {
    role: "any",
    ageDays: usualAgeDays,
    finds: "leaver",
    ...more,
  };
}

/**
 * Six of a role's eleven holders have left. More than half of the role would go, so their grants of it are held. Their
 * other grants are not.
 */
function crowdedLeavers(): CastMember[] {
  return Array.from({ length: 6 }, (_, index) => ({
    key: `crowded-${index}`,
    leftDaysAgo: 20 + index * 9,
    grants: [
      leaverGrant({ role: "crowded", hold: "role-share" }),
      leaverGrant(index === 0 ? { decision: { decision: "keep", purpose: "keep-of-leaver" } } : {}),
    ],
  }));
}

function plainLeavers(): CastMember[] {
  return [
    {
      key: "wide",
      leftDaysAgo: 1,
      grants: [leaverGrant({ role: "company" }), leaverGrant({ role: "pair", scopes: "two" })],
    },
    { key: "unrestorable-leaver", leftDaysAgo: 70, grants: [leaverGrant({ role: "rule" }), leaverGrant()] },
  ];
}

/**
 * Leaves in the second life (`life.ts`), so that the third review is the first to ask for a removal that the vendor
 * refuses.
 */
function ruled(): CastMember {
  return { key: "ruled", grants: [{ role: "any", ageDays: usualAgeDays, isByRule: true }] };
}

function heldLeavers(): CastMember[] {
  return [
    { key: "administrator", leftDaysAgo: 40, grants: [leaverGrant({ role: "protected", hold: "protected-role" })] },
    { key: "protected", id: protectedHolderId, leftDaysAgo: 41, grants: [leaverGrant({ hold: "protected-holder" })] },
    { key: "canary", id: canaryHolderId, leftDaysAgo: 42, grants: [leaverGrant({ role: "canary", hold: "canary" })] },
    { key: "unscoped", leftDaysAgo: 43, grants: [leaverGrant({ scopes: "none", hold: "unknown" })] },
  ];
}

function flagged(): CastMember[] {
  return [
    { key: "leaving", leavesInDays: 12, grants: [{ role: "any", ageDays: usualAgeDays, finds: "leaving-soon" }] },
    { key: "rehired-old", leftDaysAgo: 200, grants: [{ role: "any", ageDays: 250, finds: "left-but-employed-again" }] },
    { key: "rehired-new", continues: "rehired-old", grants: [] },
    { key: "undated", grants: [{ role: "any", ageDays: null, finds: "undated" }] },
    { key: "unconfirmed", grants: [{ role: "any", ageDays: 900, finds: "not-confirmed" }] },
    {
      key: "kept",
      grants: [{ role: "any", ageDays: 410, finds: "not-confirmed", decision: { decision: "keep", purpose: "kept" } }],
    },
  ];
}

function decided(): CastMember[] {
  const revoke = (purpose: PlantedDecision["purpose"], grant: Pick<CastGrant, "role" | "ageDays">): CastMember => ({
    key: `decided-${purpose}`,
    grants: [{ ...grant, decision: { decision: "revoke", purpose } }],
  });
  return [
    revoke("revoked", { role: "any", ageDays: usualAgeDays }),
    revoke("last-holder", { role: "lonely", ageDays: usualAgeDays }),
    revoke("too-new", { role: "any", ageDays: 3 }),
    revoke("unrestorable", { role: "rule", ageDays: usualAgeDays }),
    {
      key: "lapsing",
      grants: [{ role: "any", ageDays: usualAgeDays, decision: { decision: "keep", purpose: "lapsed-keep" } }],
    },
  ];
}

/** At most one holder in a hundred is unreadable: a snapshot with more unknown holders is incomplete. */
function unreadable(size: Size): CastMember[] {
  return Array.from({ length: Math.min(2, Math.floor(size.holders / 120)) }, (_, index) => ({
    key: `unreadable-${index}`,
    isUnreadable: true,
    grants: [{ role: "any", ageDays: usualAgeDays, finds: "unknown-holder" }],
  }));
}

function isFree(grant: CastGrant): boolean {
  return grant.finds === "leaver" && grant.hold === undefined;
}

/** How many removals a first review may plan without tripping the brakes of 20 and, from 100 grants on, of 5 %. */
function freeLeaverGrants(size: Size): number {
  // The brake on the share applies from 100 grants on. Two items are reserved for reviewers' decisions.
  return size.grants < 100 ? 10 : Math.min(10, Math.max(1, Math.floor(size.grants * 0.05) - 2));
}

/** Everybody who is planted in a company of this size, and the cases that did not fit. */
export function castOf(size: Size): { members: CastMember[]; notPlanted: string[] } {
  const notPlanted: string[] = [];
  const unknown = unreadable(size);
  if (unknown.length === 0) notPlanted.push("unknown-holder: one of so few holders would be more than 1 %");
  let free = freeLeaverGrants(size);
  if (free < 10) notPlanted.push(`leaver: ${free} not held instead of 10, to stay below 5 % of the grants`);
  const members = [
    ...plainLeavers(),
    ruled(),
    ...crowdedLeavers(),
    ...heldLeavers(),
    ...flagged(),
    ...decided(),
    ...unknown,
  ];
  for (const member of members) {
    member.grants = member.grants.filter((grant) => {
      if (isFree(grant)) free -= 1;
      return !isFree(grant) || free >= 0;
    });
  }
  return { members, notPlanted };
}
