import { byText } from "../basics/sorted.ts";
import { openLedger } from "../ledger/ledger.ts";
import type { HomeModel, ReviewTask, Viewer } from "./model.ts";
import type { DeskPorts } from "./ports.ts";
import { idsIn, type Reader } from "./reader.ts";
import { readReviewState } from "./review-state.ts";
import { reviewModel } from "./reviewer-model.ts";

/** What is the reader's to do: of each source the newest review, those that end first come first. */
export async function homeModel(ports: DeskPorts, reader: Reader, { isOperator }: Viewer): Promise<HomeModel> {
  const tasks: ReviewTask[] = [];
  for (const { id } of ports.config.sources) {
    if (idsIn(reader, id).length === 0) continue;
    const task = await taskOf(ports, reader, id);
    if (task) tasks.push(task);
  }
  tasks.sort((a, b) => byText(a.request.deadline ?? "9", b.request.deadline ?? "9"));
  return { tasks, heldPlans: [], sources: isOperator ? [] : null };
}

async function taskOf({ store, stageOf }: DeskPorts, reader: Reader, sourceId: string): Promise<ReviewTask | null> {
  const review = await openLedger(store, sourceId).newestReview();
  if (review === null) return null;
  const stage = stageOf(sourceId, review);
  const state = await readReviewState(stage);
  if (!state) return null;
  const { request, progress, rows, receipts } = await reviewModel(stage, state, reader);
  return rows.length + receipts.length === 0 ? null : { request, progress, path: `/reviews/${sourceId}/${review}` };
}
