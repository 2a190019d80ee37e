import { writeFileSync } from "node:fs";
import { overwriteReviewPage } from "../ledger/checkpoint.ts";
import type { Stage } from "../review/stage.ts";
import { currentReport } from "../stages/show/current-report.ts";
import { personalReport } from "../stages/show/personal-report.ts";
import { exitCodes, UsageError } from "./exit-code.ts";
import { printJson, printLine } from "./print.ts";
import type { Session } from "./session.ts";

/** Whose report is wanted (a person's id; else everybody's), and the file it goes to instead of the store. */
export type ReportOptions = { reviewer?: string; html?: string };

/** Writes the report of a review anew as it stands, or what is one reviewer's alone, and says where it is. */
export const report = async (session: Session, { reviewer, html }: ReportOptions): Promise<number> => {
  const { review } = session.options;
  if (!review) throw new UsageError("Name the review with --review, such as 2026-10-01T020000Z");
  const [sourceId, ...others] = session.sources;
  if (!sourceId || others.length > 0)
    throw new UsageError(`Name one source with --source ${session.sources.join("|")}`);
  const stage = session.stageOf(sourceId, review);
  const written = reviewer === undefined ? await whole(stage, html) : await theirs(stage, { reviewer, html });
  session.progress.end();
  if (session.options.json) {
    printJson({ command: "report", exitCode: exitCodes.done, source: sourceId, review, ...written });
  } else printLine(`${written.grants} grants: ${written.report}`);
  return exitCodes.done;
};

type Written = { grants: number; report: string };

/** The final report of a sealed review stays as it is. */
const whole = async (stage: Stage, html: string | undefined): Promise<Written> => {
  const { store, sourceId, review } = stage;
  const current = await currentReport(stage);
  if (!current) throw new UsageError(`Cannot report on ${sourceId} ${review} as it has no plan: assess it first`);
  const { grants } = current.summary;
  if (html === undefined) return { grants, report: store.locate(current.htmlKey) };
  const stored = await store.get(current.htmlKey);
  if (!stored) throw new Error(`Cannot copy ${store.locate(current.htmlKey)} as it is gone`);
  writePage(html, stored.body);
  return { grants, report: html };
};

const theirs = async (
  stage: Stage,
  { reviewer, html }: { reviewer: string; html: string | undefined },
): Promise<Written> => {
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
};

const writePage = (file: string, page: Uint8Array): void => {
  try {
    writeFileSync(file, page);
  } catch (error) {
    throw new UsageError(`Cannot write ${file} (${(error as NodeJS.ErrnoException).code})`);
  }
};
