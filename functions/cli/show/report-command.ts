import { overwriteReviewPage } from "../../ledger/checkpoint.ts";
import type { Stage } from "../../review/stage.ts";
import { currentReport } from "../../stages/show/current-report.ts";
import { personalReport } from "../../stages/show/personal-report.ts";
import { UsageError } from "../exit-code.ts";
import { writePage } from "../print.ts";
import { type CommandSession, onlySource, printResult } from "../session.ts";

/** The person whose report is wanted, else the report of the whole review; and the file for it instead of the store. */
export type ReportOptions = { reviewer?: string; html?: string };

/** Writes the report of a review, or the report of one reviewer, from what is known now. Prints where it is. */
export async function report(session: CommandSession, { reviewer, html }: ReportOptions): Promise<number> {
  const { review } = session.options;
  if (!review) throw new UsageError("Name the review with --review, such as 2026-10-01T020000Z");
  const sourceId = onlySource(session);
  const stage = session.stageOf(sourceId, review);
  const written =
    reviewer === undefined ? await writeWhole(stage, html) : await writePersonal(stage, { reviewer, html });
  session.progress.end();
  const fields = { source: sourceId, review, ...written };
  return printResult(session, "report", fields, `${written.grants} grants: ${written.report}`);
}

type Written = { grants: number; report: string };

/** Writes the report of the whole review. The final report of a sealed review stays as it is. */
async function writeWhole(stage: Stage, html: string | undefined): Promise<Written> {
  const { store, sourceId, review } = stage;
  const current = await currentReport(stage);
  if (!current) throw new UsageError(`Cannot report on ${sourceId} ${review} as it has no plan: assess it first`);
  const { grants } = current.summary;
  if (html === undefined) return { grants, report: store.locate(current.htmlKey) };
  const stored = await store.get(current.htmlKey);
  if (!stored) throw new Error(`Cannot copy ${store.locate(current.htmlKey)} as it is gone`);
  writePage(html, stored.body);
  return { grants, report: html };
}

/** Writes the report of what one reviewer has to review. */
async function writePersonal(
  stage: Stage,
  { reviewer, html }: { reviewer: string; html: string | undefined },
): Promise<Written> {
  const { store, sourceId, review } = stage;
  if (!stage.reviewers)
    throw new UsageError(`Cannot tell what is whose: ${sourceId} has no reviewers in the configuration`);
  const personal = await personalReport(stage, reviewer);
  if (!personal) {
    throw new UsageError(
      `Nothing in ${sourceId} ${review} is ${reviewer}'s to review: name somebody by their id, as reviewer_id in report.csv has it`,
    );
  }
  const { grants } = personal;
  if (html !== undefined) {
    writePage(html, new TextEncoder().encode(personal.html));
    return { grants, report: html };
  }
  const key = await overwriteReviewPage(stage, `reports/${encodeURIComponent(reviewer)}.html`, personal.html);
  return { grants, report: store.locate(key) };
}
