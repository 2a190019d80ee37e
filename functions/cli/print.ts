import { systemClock } from "../runtime/system-clock.ts";
import { currentReport } from "../stages/show/current-report.ts";
import { type SummarizedReview, summarizeSources } from "../stages/show/summarize-sources.ts";
import { answerText } from "./answer-text.ts";
import { commandLine } from "./command-line.ts";
import { exitCodes, failureNames } from "./exit-code.ts";
import type { ReviewedSource } from "./review-command.ts";
import { codeOf } from "./review-command.ts";
import type { Session } from "./session.ts";
import type { CommandResult } from "./stage-command.ts";
import { summaryTable } from "./summary-table.ts";

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What is not a result: progress, errors, how to go on. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** One JSON summary: all that goes to stdout under `--json`. */
export function printJson(value: unknown): void {
  printLine(JSON.stringify(value));
}

/** The end of a review: a table a source, or one JSON summary; and over several sources a page about all of them. */
export async function printReviews(session: Session, reviewed: ReviewedSource[]): Promise<void> {
  session.progress.end();
  const { config, store, options } = session;
  const sources: Record<string, unknown>[] = [];
  const summarized: SummarizedReview[] = [];
  for (const one of reviewed) {
    const stage = session.stageOf(one.source, one.review);
    const report = await currentReport(stage);
    summarized.push({ stage, status: one.status, error: one.error === undefined ? null : String(one.error), report });
    const path = report && store.locate(report.htmlKey);
    sources.push({ ...one, ...(report ? { summary: report.summary, report: path } : {}) });
    if (!options.json) printLine(summaryTable(one, report, { policy: config.policy, store, options }));
    noteWhatNow(session, one, "review");
  }
  const summary = await writeSummary(session, summarized);
  if (summary !== null && !options.json) printLine(`Summary: ${summary}`);
  if (options.json) {
    const exitCode = codeOf(session, reviewed);
    printJson({ command: "review", exitCode, sources, ...(summary === null ? {} : { summary }) });
  }
}

/** Where the page over all sources is; null where there is but one. */
async function writeSummary({ config, store, sources }: Session, reviews: SummarizedReview[]): Promise<string | null> {
  if (sources.length < 2) return null;
  const reviewed = new Set(reviews.map(({ stage }) => stage.sourceId));
  const key = await summarizeSources({
    reviews,
    notBegun: sources.filter((source) => !reviewed.has(source)),
    store,
    clock: systemClock,
    language: config.language,
    timezone: config.policy.timezone,
  });
  return store.locate(key);
}

/** The answer of one stage for each source. */
export function printAnswers(session: Session, command: string, { exitCode, sources }: CommandResult): void {
  session.progress.end();
  if (session.options.json) printJson({ command, exitCode, sources });
  for (const source of sources) {
    if (!session.options.json) printLine(answerText(source));
    noteWhatNow(session, source, command);
  }
}

function noteFailures(result: Record<string, unknown>): void {
  const failures = failureNames.filter((name) => Number(result[name] ?? 0) > 0);
  const counts = failures.map((name) => `${result[name]} ${name}`).join(", ");
  if (counts) printNote(`${result.source} ${result.review}: not everything was removed (${counts}): see its report`);
}

/** What went wrong, and how to go on with what has not ended. */
function noteWhatNow(session: Session, result: Record<string, unknown>, command: string): void {
  const { source, review, status, exitCode } = result;
  if (result.error) printNote(`${source}: ${result.error}`);
  else noteFailures(result);
  if (exitCode !== exitCodes.interrupted && status !== "continue") return;
  const words = [command, "--source", String(source), "--review", String(review)];
  printNote(`Interrupted. Go on with: ${commandLine(session.options, ...words)}`);
}
