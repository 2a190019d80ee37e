import { byText } from "../basics/sorted.ts";
import { openLedger } from "../ledger/ledger.ts";
import type { ReviewKind } from "../review/keys.ts";
import type { SourceStanding } from "../review/source-standing.ts";
import { heldPlanModel } from "./approver-model.ts";
import type { HeldPlanModel, HomeModel, ReviewTask, SourceState, Viewer } from "./model.ts";
import type { DeskPorts } from "./ports.ts";
import { type DeskReader, idsIn } from "./reader.ts";
import { readReviewState } from "./review-state.ts";
import { reviewModel } from "./reviewer-model.ts";

/**
 * What is the reader's to do: of each source the newest review, those that end first come first; the plans that await them as
 * an approver; and, for an operator, how every source stands.
 */
export async function homeModel(ports: DeskPorts, reader: DeskReader, viewer: Viewer): Promise<HomeModel> {
  const { isOperator, isApprover } = viewer;
  const [tasks, heldPlans, sources]: [ReviewTask[], HeldPlanModel[], SourceState[]] = [[], [], []];
  for (const { id } of ports.config.sources) {
    const isTheirs = idsIn(reader, id).length > 0;
    const newest = isTheirs || isApprover || isOperator ? await newestReviewOf(ports, id) : null;
    const task = newest && isTheirs ? await taskOf(newest, reader) : null;
    if (task) tasks.push(task);
    const standing = isOperator ? await standingOf(ports, id) : null;
    const isHeld = standing?.state === "held";
    const awaits = isApprover && newest?.state.planStop === "brake";
    const plan =
      newest && (isHeld || awaits) ? await heldPlanModel(newest.stage, newest.state, { viewer, reader }) : null;
    if (isApprover && plan?.mayApprove) heldPlans.push(plan);
    const sweep = isApprover ? await newestReviewOf(ports, id, "sweep") : null;
    const plannedSweep =
      sweep?.state.planStop === "brake" ? await heldPlanModel(sweep.stage, sweep.state, { viewer, reader }) : null;
    if (plannedSweep?.mayApprove) heldPlans.push(plannedSweep);
    if (standing) sources.push({ ...standing, heldPlan: isHeld ? plan : null });
  }
  tasks.sort((a, b) => byText(a.request.deadline ?? "9", b.request.deadline ?? "9"));
  return { tasks, heldPlans, sources: isOperator ? sources : null };
}

async function standingOf({ stageOf, nextDue }: DeskPorts, sourceId: string): Promise<SourceStanding> {
  const { sourceStanding } = await import("../stages/show/source-state.ts"); // for operators alone
  return await sourceStanding(stageOf(sourceId, "status"), nextDue(sourceId));
}

/** The newest review, or sweep, of a source as it stands; null where none was assessed. */
async function newestReviewOf({ store, stageOf }: DeskPorts, sourceId: string, kind?: ReviewKind) {
  const review = await openLedger(store, sourceId).newestReview(kind);
  if (review === null) return null;
  const stage = stageOf(sourceId, review);
  const state = await readReviewState(stage);
  return state && { stage, state };
}

type NewestReview = NonNullable<Awaited<ReturnType<typeof newestReviewOf>>>;

async function taskOf({ stage, state }: NewestReview, reader: DeskReader): Promise<ReviewTask | null> {
  const { request, progress, rows, receipts } = await reviewModel(stage, state, reader);
  const path = `/reviews/${stage.sourceId}/${stage.review}`;
  return rows.length + receipts.length === 0 ? null : { request, progress, path };
}
