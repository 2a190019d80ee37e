import { epochMs } from "../../basics/time.ts";
import type { Decision } from "./decision.ts";
import type { Finding } from "./finding.ts";

/** More keeps than this within 90 seconds: faster than anybody reads. */
export const hastyKeeps = 200;
export const hastyWindowMs = 90_000;

/** A reviewer who decided on more grants than this, and kept every grant, may not have looked. */
const indiscriminateDecisions = 50;

/**
 * A reviewer's suspicious decisions in one review. `hasty`: more than 200 keeps within 90 seconds; `count` is the most
 * keeps in any such window. `indiscriminate`: more than 50 grants decided, and every grant kept. `grantId` is the first
 * of these grants.
 */
export type SuspiciousCertification = {
  reviewer: string;
  review: string;
  kind: "hasty" | "indiscriminate";
  count: number;
  grantId: string;
};

function byInstant(a: Decision, b: Decision): number {
  return epochMs(a.decidedAt) - epochMs(b.decidedAt) || (a.grantId < b.grantId ? -1 : 1);
}

/** The window of 90 seconds with the most keeps: how many, and the first keep. */
function densestWindow(keeps: Decision[]): { count: number; first: Decision | null } {
  let densest = { count: 0, first: null as Decision | null };
  let from = 0;
  for (const [to, keep] of keeps.entries()) {
    while (epochMs(keep.decidedAt) - epochMs(keeps[from]!.decidedAt) > hastyWindowMs) from += 1;
    const count = to - from + 1;
    if (count > densest.count) densest = { count, first: keeps[from]! };
  }
  return densest;
}

function suspicionsOf(decided: Decision[]): SuspiciousCertification[] {
  const { reviewer, review } = decided[0]!;
  const newest = new Map(decided.map((decision) => [decision.grantId, decision]));
  const keeps = decided.filter(({ decision }) => decision === "keep");
  const { count, first } = densestWindow(keeps);
  const suspicions: SuspiciousCertification[] = [];
  if (first && count > hastyKeeps) suspicions.push({ reviewer, review, kind: "hasty", count, grantId: first.grantId });
  const keepsAll = [...newest.values()].every(({ decision }) => decision === "keep");
  if (keeps[0] && keepsAll && newest.size > indiscriminateDecisions)
    suspicions.push({ reviewer, review, kind: "indiscriminate", count: newest.size, grantId: keeps[0].grantId });
  return suspicions;
}

/**
 * Every suspicious certification among the decisions, for each reviewer (ignoring letter case) and review. Of several
 * decisions on a grant the last counts. Sorted by review and reviewer, so that the order of files makes no difference.
 */
export function suspiciousCertifications(decisions: Iterable<Decision>): SuspiciousCertification[] {
  const keyOf = ({ review, reviewer }: Decision): string => `${review}\n${reviewer.trim().toLowerCase()}`;
  const decided = Map.groupBy([...decisions].sort(byInstant), keyOf);
  const keys = [...decided.keys()].sort();
  return keys.flatMap((key) => suspicionsOf(decided.get(key) ?? []));
}

function reasonOf({ reviewer, kind, count }: SuspiciousCertification): Finding["reason"] {
  return kind === "hasty"
    ? {
        en: `Suspicious certification: ${reviewer} kept ${count} grants within 90 seconds, this one first`,
        zh: `可疑的复核：${reviewer} 在 90 秒内保留了 ${count} 项授权，首项即本条`,
      }
    : {
        en: `Suspicious certification: ${reviewer} decided on ${count} grants and kept every one, this one first`,
        zh: `可疑的复核：${reviewer} 决定的 ${count} 项授权全部保留，首项即本条`,
      };
}

/**
 * The built-in findings `suspicious-certification`: about a reviewer, shown on the first grant concerned. These
 * findings remove nothing.
 */
export function certificationFindings(decisions: Iterable<Decision>): Finding[] {
  return suspiciousCertifications(decisions).map((suspicion) => ({
    grantId: suspicion.grantId,
    rule: "suspicious-certification",
    then: "flag",
    reason: reasonOf(suspicion),
    suppressedBy: null,
  }));
}
