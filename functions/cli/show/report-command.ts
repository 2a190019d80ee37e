import { overwriteReviewPage } from "../../ledger/checkpoint.ts";
import type { Stage } from "../../review/stage.ts";
import { currentReport } from "../../stages/show/current-report.ts";
import { personalReport } from "../../stages/show/personal-report.ts";
import { usage } from "../exit-code.ts";
import { writePage } from "../print.ts";
import { type CommandSession, onlySource, printResult } from "../session.ts";
import { addressOf, reportKeyOf, showAddress } from "./open-command.ts";

/**
 * The person whose report is wanted, else the report of the whole review; the file for it instead of the store; and whether an
 * address of it is printed, or opened in the browser.
 */
export type ReportOptions = { reviewer?: string; html?: string; link?: boolean; open?: boolean };

/** Writes the report of a review, or the report of one reviewer, from what is known now. Prints where it is. */
export async function report(session: CommandSession, options: ReportOptions): Promise<number> {
  const { reviewer, html } = options;
  const { review } = session.options;
  if (!review) throw usage`Name the review with --review, such as 2026-10-01T020000Z`;
  const sourceId = onlySource(session);
  if (options.link || options.open) return await showReport(session, { ...options, source: sourceId, review });
  const stage = session.stageOf(sourceId, review);
  const written =
    reviewer === undefined ? await writeWhole(stage, html) : await writePersonal(stage, { reviewer, html });
  session.progress.end();
  const fields = { source: sourceId, review, ...written };
  return printResult(session, "report", fields, session.words.acts.reported(written.grants, written.report));
}

type Shown = ReportOptions & { source: string; review: string };

/** Prints an address of the whole report, and opens it in the browser unless only the address is asked for. */
async function showReport(session: CommandSession, { source, review, reviewer, html, open }: Shown): Promise<number> {
  if (reviewer !== undefined || html !== undefined) {
    throw usage`--link and --open show the report of the whole review in the store: leave --reviewer and --html out`;
  }
  const key = await reportKeyOf(session, source, review);
  session.progress.end();
  if (key === null) throw usage`Cannot report on ${source} ${review} as it has no plan: assess it first`;
  const address = await addressOf(session, key);
  return await showAddress(session, "report", { source, review, address }, open !== true);
}

type Written = { grants: number; report: string };

/** Writes the report of the whole review. The final report of a sealed review stays as it is. */
async function writeWhole(stage: Stage, html: string | undefined): Promise<Written> {
  const { store, sourceId, review } = stage;
  const current = await currentReport(stage);
  if (!current) throw usage`Cannot report on ${sourceId} ${review} as it has no plan: assess it first`;
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
  if (!stage.reviewers) throw usage`Cannot tell what is whose: ${sourceId} has no reviewers in the configuration`;
  const personal = await personalReport(stage, reviewer);
  if (!personal) {
    throw usage`Nothing in ${sourceId} ${review} is ${reviewer}'s to review: name somebody by their id, as reviewer_id in report.csv has it`;
  }
  const { grants } = personal;
  if (html !== undefined) {
    writePage(html, new TextEncoder().encode(personal.html));
    return { grants, report: html };
  }
  const key = await overwriteReviewPage(stage, `reports/${encodeURIComponent(reviewer)}.html`, personal.html);
  return { grants, report: store.locate(key) };
}
