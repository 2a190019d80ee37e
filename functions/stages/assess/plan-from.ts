import { hashOf } from "../../basics/hash.ts";
import { previousSnapshot } from "../../ledger/ledger.ts";
import { newestPlan } from "../../ledger/plans.ts";
import { readOutcomes } from "../../ledger/receipts.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import { buildPlan } from "../../review/plan/build-plan.ts";
import type { Plan } from "../../review/plan/plan.ts";
import type { Stage } from "../../review/stage.ts";
import type { AssessmentInputs } from "./assess-snapshot.ts";
import type { Judged } from "./judge-grants.ts";

type Basis = {
  snapshot: Snapshot;
  snapshotSha256: string;
  inputs: AssessmentInputs;
  judged: Judged;
  decisionsSha256: string;
};

/** The plan that follows from what was judged, with the notices of the plans before it running on. */
export const planFrom = async (stage: Stage, basis: Basis): Promise<Plan> => {
  const { store, sourceId, review } = stage;
  const { snapshot, inputs, judged } = basis;
  const previous = await previousSnapshot(store, { source: sourceId, review, origin: snapshot.origin });
  return buildPlan(judged.candidates, {
    source: sourceId,
    review,
    assessment: inputs.assessment,
    createdAt: inputs.createdAt,
    now: snapshot.takenAt,
    snapshotSha256: basis.snapshotSha256,
    policySha256: hashOf(inputs.policy),
    decisionsSha256: basis.decisionsSha256,
    population: snapshot.population,
    previousNotices: await noticesBefore(stage, previous),
    roleHolders: judged.roleHolders,
    policy: inputs.policy,
    previousPopulation: previous && {
      grants: previous.population.grants,
      verifiedRemovals: await verifiedRemovals(stage, previous),
    },
    isFirstReview: previous === null && !isLoopback(snapshot.origin.host),
  });
};

/** What the newest plan before this one announced: of this review, else of the previous one. */
const noticesBefore = async (
  { store, sourceId, review }: Stage,
  previous: Snapshot | null,
): Promise<Map<string, { seen: string; notices: Record<string, string> }>> => {
  const own = await newestPlan(store, sourceId, review);
  const plan = own ?? (previous && (await newestPlan(store, sourceId, previous.review)));
  return new Map(plan?.items.map(({ grantId, seen, notices }) => [grantId, { seen, notices }]));
};

const verifiedRemovals = async ({ store, sourceId }: Stage, previous: Snapshot): Promise<number> => {
  const outcomes = await readOutcomes(store, sourceId, previous.review);
  return [...outcomes.values()].filter(({ outcome, verifiedAt }) => outcome === "revoked" && verifiedAt).length;
};

/** A host that only this machine can reach, or the embedded company. */
const isLoopback = (host: string): boolean =>
  host === "sandbox" || /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host);
