import { dayMs, epochMs, isoInstant } from "../../basics/time.ts";

/** What follows where nobody decides on a flag's finding before the window for deciding ends. */
export type NoDecision = "keep" | "flag" | "expire";

/** One CEL condition of the policy, and what follows from it. */
export type Rule = {
  id: string;
  when: string;
  then: "expire" | "flag";
  /** Whole days of 24 h between the first plan that names a grant and its revocation. */
  noticeDays: number;
  reason: { en: string; zh: string };
  /** Whether a reviewer's keep, minGrantAgeDays and keepLastHolder hold it back. */
  overridable: boolean;
  /** Of a flag; left out, it stays a finding. */
  onNoDecision?: NoDecision | undefined;
};

/** Limits that hold items of a plan back, or stop a whole plan. Every one is described in docs/contract.md. */
export type Guard = {
  maxExpiries: number;
  maxShare: number;
  maxPopulationDrop: number;
  maxRoleShare: number;
  keepLastHolder: boolean;
  minGrantAgeDays: number;
  allowUnrestorable: boolean;
  protectedRoles: string[];
  protectedHolders: string[];
  canaries: { holder: string; role: string }[];
  maxPlanAgeDays: number;
  maxUnknownShare: number;
  expectLeavers: boolean;
  maxKeepDays: number;
  /** The second key to `onNoDecision: expire`; a policy.json of an earlier version lacks it. */
  allowExpireUndecided?: boolean;
  /** How many different approvers lift a brake; a policy.json of an earlier version lacks it: one does. */
  approvals?: number;
};

/** `policy.json`: rules and guards with defaults filled in, and the time zone their calendar dates are in. */
export type Policy = {
  formatVersion: 1;
  timezone: string;
  /** Days of 24 h after the snapshot in which one can decide; a policy.json of an earlier version lacks it. */
  decideWithinDays?: number;
  rules: Rule[];
  guard: Guard;
};

export const defaultGuard: Guard = {
  maxExpiries: 20,
  maxShare: 0.05,
  maxPopulationDrop: 0.2,
  maxRoleShare: 0.5,
  keepLastHolder: true,
  minGrantAgeDays: 14,
  allowUnrestorable: false,
  protectedRoles: [],
  protectedHolders: [],
  canaries: [],
  maxPlanAgeDays: 30,
  maxUnknownShare: 0.01,
  expectLeavers: true,
  maxKeepDays: 400,
  allowExpireUndecided: false,
  approvals: 1,
};

/** The instant until which one can decide on a snapshot's grants; null where the policy waits for nobody. */
export function windowEndOf({ decideWithinDays = 0 }: Policy, takenAt: string): string | null {
  return decideWithinDays > 0 ? isoInstant(epochMs(takenAt) + decideWithinDays * dayMs) : null;
}

/** Whether the window for deciding on a snapshot is still open. `nowMs` is epoch milliseconds. */
export function isWindowOpen(policy: Policy, takenAt: string, nowMs: number): boolean {
  const endsAt = windowEndOf(policy, takenAt);
  return endsAt !== null && nowMs < epochMs(endsAt);
}

/** Whether what a flag finds expires where nobody decides on it: only by both keys, and after a time to decide in. */
export function expiresUndecided({ then, onNoDecision }: Rule, { decideWithinDays = 0, guard }: Policy): boolean {
  return then === "flag" && onNoDecision === "expire" && guard.allowExpireUndecided === true && decideWithinDays > 0;
}
