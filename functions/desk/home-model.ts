import { byText } from "../basics/sorted.ts";
import { openLedger } from "../ledger/ledger.ts";
import { sourceStanding } from "../stages/show/source-state.ts";
import { heldPlanModel } from "./approver-model.ts";
import type { HeldPlanModel, HomeModel, ReviewTask, SourceState, Viewer } from "./model.ts";
import type { DeskPorts } from "./ports.ts";
import { type DeskReader, idsIn } from "./reader.ts";
import { readReviewState } from "./review-state.ts";
import { reviewModel } from "./reviewer-model.ts";

/** What is the reader's to do: of each source the newest review, those that end first come first. */
export async function homeModel(ports: DeskPorts, reader: DeskReader, viewer: Viewer): Promise<HomeModel> {
  const { isOperator, isApprover } = viewer;
  const tasks: ReviewTask[] = [];
  for (const { id } of ports.config.sources) {
    if (idsIn(reader, id).length === 0) continue;
    const task = await taskOf(ports, reader, id);
    if (task) tasks.push(task);
  }
  tasks.sort((a, b) => byText(a.request.deadline ?? "9", b.request.deadline ?? "9"));
  return {
    tasks,
    heldPlans: isApprover ? await heldPlans(ports, reader, viewer) : [],
    sources: isOperator ? await sourceStates(ports, reader, viewer) : null,
  };
}

/** How every source stands, with the plan that a brake holds. */
async function sourceStates(ports: DeskPorts, reader: DeskReader, viewer: Viewer): Promise<SourceState[]> {
  const states: SourceState[] = [];
  for (const { id } of ports.config.sources) {
    const standing = await sourceStanding(ports.stageOf(id, "status"), ports.nextDue());
    const { review, state } = standing;
    const isHeld = review !== null && state === "held";
    const heldPlan = isHeld ? await heldPlanModel(ports.stageOf(id, review), viewer, reader.subject) : null;
    states.push({ ...standing, heldPlan, sweep: null });
  }
  return states;
}

/** The plans that await an approver: of each source that of the newest review. */
async function heldPlans(
  { config, store, stageOf }: DeskPorts,
  reader: DeskReader,
  viewer: Viewer,
): Promise<HeldPlanModel[]> {
  const plans: HeldPlanModel[] = [];
  for (const { id } of config.sources) {
    const review = await openLedger(store, id).newestReview();
    const plan = review === null ? null : await heldPlanModel(stageOf(id, review), viewer, reader.subject);
    if (plan?.mayApprove) plans.push(plan);
  }
  return plans;
}

async function taskOf({ store, stageOf }: DeskPorts, reader: DeskReader, sourceId: string): Promise<ReviewTask | null> {
  const review = await openLedger(store, sourceId).newestReview();
  if (review === null) return null;
  const stage = stageOf(sourceId, review);
  const state = await readReviewState(stage);
  if (!state) return null;
  const { request, progress, rows, receipts } = await reviewModel(stage, state, reader);
  return rows.length + receipts.length === 0 ? null : { request, progress, path: `/reviews/${sourceId}/${review}` };
}
