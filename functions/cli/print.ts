import { currentReport } from "../stages/current-report.ts";
import type { ReviewedSource } from "./review-command.ts";
import { codeOf } from "./review-command.ts";
import type { Session } from "./session.ts";
import type { CommandResult } from "./stage-command.ts";
import { summaryTable } from "./summary-table.ts";

export const printLine = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** One JSON summary: all that goes to stdout under `--json`. */
export const printJson = (value: unknown): void => printLine(JSON.stringify(value));

/** The end of a review: a table a source, or one JSON summary. */
export const printReviews = async (session: Session, reviewed: ReviewedSource[]): Promise<void> => {
  session.progress.end();
  const sources: Record<string, unknown>[] = [];
  for (const one of reviewed) {
    const report = await currentReport(session.stageOf(one.source, one.review));
    const path = report && session.store.locate(report.htmlKey);
    sources.push({ ...one, ...(report ? { summary: report.summary, report: path } : {}) });
    if (!session.options.json)
      printLine(summaryTable(one, report, { policy: session.config.policy, store: session.store }));
  }
  if (session.options.json) printJson({ command: "review", exitCode: codeOf(reviewed), sources });
};

/** The answer of one stage for each source. */
export const printAnswers = (session: Session, command: string, { exitCode, sources }: CommandResult): void => {
  session.progress.end();
  if (session.options.json) printJson({ command, exitCode, sources });
  else for (const source of sources) printLine(answerText(source));
};

const answerText = ({ source, review, status, ...counts }: Record<string, unknown>): string => {
  const lines = Object.entries(counts).map(([name, value]) => `  ${name}: ${textOf(value)}`);
  return [`${source} ${review}: ${status}`, ...lines].join("\n");
};

const textOf = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));
