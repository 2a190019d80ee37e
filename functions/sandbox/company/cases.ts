import { CANARY_HOLDER_ID, type HoldId, type PlantedDecision, PROTECTED_HOLDER_ID, type RuleId } from "../planted.ts";
import type { Size } from "./size.ts";

/** Which role a planted grant is of: a kept one, or the background's in turn, by what they are scoped by. */
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

/** Somebody who exists for the sake of a case. */
export type CastMember = {
  key: string;
  id?: string;
  leftDaysAgo?: number;
  leavesInDays?: number;
  isUnreadable?: boolean;
  /** The key of the member whose employment this one continues. */
  continues?: string;
  grants: CastGrant[];
};

const usualAgeDays = 60;
const leaverGrant = (more: Partial<CastGrant> = {}): CastGrant => ({
  role: "any",
  ageDays: usualAgeDays,
  finds: "leaver",
  ...more,
});

/** Six leavers of a role with eleven holders: more than half of it would go, so it is held; what else they hold is not. */
const crowdedLeavers = (): CastMember[] =>
  Array.from({ length: 6 }, (_, index) => ({
    key: `crowded-${index}`,
    leftDaysAgo: 20 + index * 9,
    grants: [
      leaverGrant({ role: "crowded", hold: "role-share" }),
      leaverGrant(index === 0 ? { decision: { decision: "keep", purpose: "keep-of-leaver" } } : {}),
    ],
  }));

const plainLeavers = (): CastMember[] => [
  {
    key: "wide",
    leftDaysAgo: 1,
    grants: [leaverGrant({ role: "company" }), leaverGrant({ role: "pair", scopes: "two" })],
  },
  { key: "unrestorable-leaver", leftDaysAgo: 70, grants: [leaverGrant({ role: "rule" }), leaverGrant()] },
];

/** Leaves in the second life (`life.ts`), so that only a third review asks for a removal that the vendor refuses. */
const ruled = (): CastMember => ({ key: "ruled", grants: [{ role: "any", ageDays: usualAgeDays, isByRule: true }] });

const heldLeavers = (): CastMember[] => [
  { key: "administrator", leftDaysAgo: 40, grants: [leaverGrant({ role: "protected", hold: "protected-role" })] },
  { key: "protected", id: PROTECTED_HOLDER_ID, leftDaysAgo: 41, grants: [leaverGrant({ hold: "protected-holder" })] },
  { key: "canary", id: CANARY_HOLDER_ID, leftDaysAgo: 42, grants: [leaverGrant({ role: "canary", hold: "canary" })] },
  { key: "unscoped", leftDaysAgo: 43, grants: [leaverGrant({ scopes: "none", hold: "unknown" })] },
];

const flagged = (): CastMember[] => [
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

const decided = (): CastMember[] => {
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
};

/** Fewer than one holder in a hundred may be unknown, else the snapshot is incomplete. */
const unreadable = (size: Size): CastMember[] =>
  Array.from({ length: Math.min(2, Math.floor(size.holders / 120)) }, (_, index) => ({
    key: `unreadable-${index}`,
    isUnreadable: true,
    grants: [{ role: "any", ageDays: usualAgeDays, finds: "unknown-holder" }],
  }));

const isFree = (grant: CastGrant): boolean => grant.finds === "leaver" && grant.hold === undefined;

/** How many removals a first review may plan without tripping the brakes of 20 and, from 100 grants on, of 5 %. */
function freeLeaverGrants(size: Size): number {
  // The share counts from 100 grants on. Two items are left for decisions.
  return size.grants < 100 ? 10 : Math.min(10, Math.max(1, Math.floor(size.grants * 0.05) - 2));
}

/** Everybody who is planted in a company of this size, and what did not fit. */
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
