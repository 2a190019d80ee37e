import { resolveReview } from "../ledger/review-order.ts";
import { reviewIdOf } from "../review/keys.ts";
import type { BrakeLimit } from "../review/plan/plan.ts";
import type { Answered, Stage, StageAnswer, UnreadDecisions } from "../review/stage.ts";
import { codeOfAnswer, codeOfError, exitCodes, type FailureCounts, failureNames, worstCode } from "./exit-code.ts";
import { commandLine } from "./options.ts";
import { columnsOf, padded, printJson, printLine, printNote } from "./print.ts";
import type { CommandSession } from "./session.ts";

/** A source whose stage threw. `failure` is what it threw, for people: `--json` has its message alone. */
type FailedSource = { source: string; review: string; status: "failed"; error: string; failure: Error };

/** A command's result as `--json` prints it. */
export type CommandResult<Answer = StageAnswer> = { exitCode: number; sources: (Answer | FailedSource)[] };

type RunStage<Answer = StageAnswer> = (stage: Stage) => Promise<Answer>;

/** Runs one stage of every chosen source, and prints its answers. */
export async function runStageCommand(session: CommandSession, command: string, run: RunStage): Promise<number> {
  const result = await runStage(session, run);
  printAnswers(session, command, result);
  return result.exitCode;
}

/** Runs one stage of every chosen source, of the review that the options name, else of the open review, else of a new one. */
export async function runStage<Answer extends StageAnswer>(
  session: CommandSession,
  run: RunStage<Answer>,
): Promise<CommandResult<Answer>> {
  const sources: CommandResult<Answer>["sources"] = [];
  const codes: number[] = [];
  for (const sourceId of session.sources) {
    if (session.isInterrupted()) {
      codes.push(exitCodes.interrupted);
      break;
    }
    const asked = session.options.review;
    let review = asked ?? reviewIdOf(session.clock.now());
    try {
      // A review that the options name was looked at when the session was opened.
      if (asked === undefined) {
        const kind = session.options.sweep ? "sweep" : "review";
        review = await resolveReview(session.store, { sourceId, review: asked, nowMs: session.clock.now(), kind });
      }
      const answer = await runUntilDone(session, session.stageOf(sourceId, review), run);
      sources.push(answer);
      codes.push(codeOfAnswer(answer));
    } catch (error) {
      const failure = error as Error;
      sources.push({ source: sourceId, review, status: "failed", error: failure.message, failure });
      codes.push(codeOfError(error));
    }
  }
  return { exitCode: worstCode(codes), sources };
}

/** Runs a stage again and again until its answer is not `continue`, or until Ctrl-C. */
export async function runUntilDone<Answer extends Answered>(
  session: CommandSession,
  stage: Stage,
  run: RunStage<Answer>,
): Promise<Answer> {
  for (;;) {
    const answer = await run(stage);
    if (answer.status !== "continue" || session.isInterrupted()) return answer;
  }
}

/** Prints the answer of one stage for each source. */
export function printAnswers(session: CommandSession, command: string, { exitCode, sources }: CommandResult): void {
  session.progress.end();
  if (session.options.json) printJson({ command, exitCode, sources: sources.map(withoutFailure) });
  for (const source of sources) {
    if (!session.options.json) printLine(answerText(session.words, source));
    noteHowToGoOn(session, source, command);
  }
}

/** A result as `--json` prints it. */
export function withoutFailure<Result extends object>(result: Result): Omit<Result, "failure"> {
  const { failure: _failure, ...published } = { failure: null, ...result };
  return published;
}

type SourceResult = FailureCounts &
  Pick<UnreadDecisions, "decisionFaults"> & {
    source: string;
    review: string;
    status: string;
    exitCode?: number;
    failure?: Error;
  };

/** Prints on stderr what went wrong with a source, and how to go on with an interrupted review. */
export function noteHowToGoOn(session: CommandSession, result: SourceResult, command: string): void {
  const { source, review, status, exitCode } = result;
  const { named, failed } = session.words;
  if (result.failure) printNote(named(source, failed(result.failure)));
  else noteFailures(session, result);
  if (exitCode !== exitCodes.interrupted && status !== "continue") return;
  const goOn = commandLine(session.options, command, "--source", source, "--review", review);
  printNote(session.words.nextSteps.interrupted(goOn));
}

function noteFailures({ words }: CommandSession, result: SourceResult): void {
  const failures = failureNames.filter((name) => (result[name] ?? 0) > 0);
  const counts = failures.map((name) => words.failure(result[name]!, words.failures[name])).join(words.and);
  for (const fault of result.decisionFaults ?? []) printNote(words.badFile(result.source, fault));
  if (counts) printNote(words.notAll(result.source, result.review, counts));
}

/** A stage's answer: a line for each value. */
function answerText(words: CommandSession["words"], answer: Record<string, unknown>): string {
  const { source, review, status, error: _error, failure: _failure, ...values } = answer;
  const { fields, statuses } = words.answers;
  const shown = Object.entries(values).map(([name, value]) => [fields(name), valueText(words, value)] as const);
  const width = Math.max(0, ...shown.map(([name]) => columnsOf(name)));
  const lines = shown.map(([name, value]) => `  ${padded(name, width)}  ${indent(value, width + 4)}`);
  return [words.named(`${source} ${review}`, statuses(String(status))), ...lines].join("\n");
}

function indent(text: string, width: number): string {
  return text.replaceAll("\n", `\n${" ".repeat(width)}`);
}

function valueText(words: CommandSession["words"], value: unknown): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? words.none : value.map((item) => itemText(words, item)).join("\n");
  }
  if (typeof value === "boolean") return words.answers.truth(value);
  if (typeof value !== "object" || value === null) return String(value);
  const counts = Object.entries(value).map(([name, count]) => words.answers.count(count as string | number, name));
  return counts.length === 0 ? words.none : counts.join(words.and);
}

type AnswerItem = Partial<BrakeLimit & Parameters<CommandSession["words"]["checkDetail"]>[0]> & {
  grantId?: string;
  error?: string;
  review?: string;
  role?: string;
  why?: string;
};

function itemText(words: CommandSession["words"], value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const item: AnswerItem = value;
  if (item.limit !== undefined && item.actual !== undefined) return limitText(words, item as BrakeLimit);
  if (item.detail !== undefined) {
    const { name = "", detail, because } = item;
    const check = because ? { detail, because } : { detail };
    return words.named(words.known(name, words.phrases.checks), words.checkDetail(check));
  }
  if (item.why !== undefined) return words.named(item.review ?? item.role ?? "", item.why);
  return item.error === undefined ? JSON.stringify(value) : words.named(item.grantId ?? "", item.error);
}

/** A limit of the brake, with shares in per cent. */
export function limitText(words: CommandSession["words"], { name, limit, actual }: BrakeLimit): string {
  if (name === "stopped") return words.limitStopped;
  const isShare = /Share$|Drop$/.test(name);
  const numberText = (value: number): string => (isShare ? `${Number((value * 100).toFixed(1))} %` : String(value));
  return words.limit(words.known(name, words.phrases.brakeLimits), numberText(actual), numberText(limit));
}
