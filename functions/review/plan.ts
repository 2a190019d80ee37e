/** Why an item of the plan is held back. */
export type HoldBy =
  | "protected-role"
  | "protected-holder"
  | "canary"
  | "last-holder"
  | "role-share"
  | "too-new"
  | "unremovable"
  | "unrestorable"
  | "unknown"
  | "decision";

export type Hold = { by: HoldBy; detail: string };

/** One grant to expire. `seen` is the hash of the grant as the snapshot shows it. */
export type PlanItem = {
  grantId: string;
  holderId: string;
  roleId: string;
  /** The expire rules that count, sorted. */
  rules: string[];
  seen: string;
  /** When the first plan of an unbroken run of reviews named this grant and the rule that is due first. */
  noticeAt: string;
  notBefore: string;
  /** `noticeAt` of each rule, so that the next review's notice runs on. */
  notices: Record<string, string>;
  hold: Hold | null;
};

/** A limit that tripped: the figure allowed and the figure found. */
export type BrakeLimit = { name: string; limit: number; actual: number };

/** `plan.json`: the exact grants to expire, bound to its snapshot, policy and decisions by hash. */
export type Plan = {
  formatVersion: 1;
  planHash: string;
  source: string;
  review: string;
  assessment: string;
  createdAt: string;
  snapshotSha256: string;
  policySha256: string;
  decisionsSha256: string;
  population: { grants: number; holders: number; roles: number };
  items: PlanItem[];
  brake: { tripped: boolean; limits: BrakeLimit[] };
};
