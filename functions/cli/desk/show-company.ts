import type { DeskConfig } from "../../config/config.ts";
import { openReviewOf } from "../../ledger/ledger.ts";
import { newestPlan, whoReviewsOf } from "../../ledger/plans.ts";
import type { ReviewerLoad } from "../../review/people/who-reviews.ts";
import { commandLine } from "../options.ts";
import { printNote } from "../print.ts";
import { nextReviewId } from "../review-sources.ts";
import type { CommandSession } from "../session.ts";
import { runUntilDone } from "../stage-command.ts";
import { stages } from "../stages.ts";

const mostSuggested = 8;

/**
 * In the embedded company somebody wants to see what deciding is like: where no review is open that asks anybody, one is
 * read and assessed, which removes nothing. The page of the sign-in begins with those who have something to decide on.
 */
export async function showCompany(session: CommandSession, desk: DeskConfig): Promise<void> {
  const asking = session.config.sources.filter(
    ({ id, reviewers, baseUrl }) => reviewers !== null && baseUrl === "sandbox" && session.sources.includes(id),
  );
  const asked: ReviewerLoad[] = [];
  for (const { id } of asking) {
    const stage = session.stageOf(id, (await openReviewOf(session.store, id)) ?? (await beginReview(session, id)));
    const plan = await newestPlan(stage);
    if (plan) asked.push(...((await whoReviewsOf(stage, plan))?.reviewers ?? []));
  }
  const reviewers = asked.filter(({ undecided }) => undecided > 0).sort((a, b) => b.undecided - a.undecided);
  const operators = new Set([...desk.operators, ...desk.approvers]);
  session.company?.suggest([
    ...reviewers.slice(0, mostSuggested).map(({ id, undecided }) => ({
      id: id ?? "",
      why: { zh: `有 ${undecided} 项待确认`, en: `${undecided} grants to decide on` },
    })),
    ...[...operators].map((id) => ({ id, why: { zh: "管理员", en: "runs the reviews" } })),
  ]);
}

/** Reads and assesses a review of a source, as far as nothing is removed. */
async function beginReview(session: CommandSession, sourceId: string): Promise<string> {
  const review = await nextReviewId(session, sourceId);
  printNote(session.words.served.begins(sourceId, review));
  const stage = session.stageOf(sourceId, review);
  const { status } = await runUntilDone(session, stage, stages.snapshot.run);
  if (status === "done") await stages.assess.run(stage);
  session.progress.end();
  const goOn = commandLine(session.options, "review", "--source", sourceId, "--review", review);
  printNote(session.words.served.onceDecided(sourceId, goOn));
  return review;
}
