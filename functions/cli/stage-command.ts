import { resolveReview } from "../ledger/review-order.ts";
import { reviewIdOf } from "../review/keys.ts";
import type { BrakeLimit } from "../review/plan/plan.ts";
import type { Answered, Stage, StageAnswer, UnreadDecisions } from "../review/stage.ts";
import { codeOfAnswer, codeOfError, exitCodes, type FailureCounts, failureNames, worstCode } from "./exit-code.ts";
import { commandLine } from "./options.ts";
import { printJson, printLine, printNote } from "./print.ts";
import type { CommandSession } from "./session.ts";

/** A source whose stage threw. */
type FailedSource = { source: string; review: string; status: "failed"; error: string };

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
      sources.push({ source: sourceId, review, status: "failed", error: (error as Error).message });
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
  if (session.options.json) printJson({ command, exitCode, sources });
  for (const source of sources) {
    if (!session.options.json) printLine(answerText(session.words, source));
    noteHowToGoOn(session, source, command);
  }
}

type SourceResult = FailureCounts &
  Pick<UnreadDecisions, "decisionFaults"> & {
    source: string;
    review: string;
    status: string;
    exitCode?: number;
    error?: string;
  };

/** Prints on stderr what went wrong with a source, and how to go on with an interrupted review. */
export function noteHowToGoOn(session: CommandSession, result: SourceResult, command: string): void {
  const { source, review, status, exitCode } = result;
  if (result.error) printNote(`${source}: ${result.error}`);
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
  const { source, review, status, ...values } = answer;
  const shown = Object.entries(values).filter(([name]) => name !== "error");
  const width = Math.max(0, ...shown.map(([name]) => wordsOfName(name).length));
  const lines = shown.map(
    ([name, value]) => `  ${wordsOfName(name).padEnd(width)}  ${indent(valueText(words, value), width + 4)}`,
  );
  return [`${source} ${review}: ${status}`, ...lines].join("\n");
}

/** `planHash` is "plan hash". */
function wordsOfName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function indent(text: string, width: number): string {
  return text.replaceAll("\n", `\n${" ".repeat(width)}`);
}

function valueText(words: CommandSession["words"], value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map((item) => itemText(words, item)).join("\n");
  if (typeof value !== "object" || value === null) return String(value);
  const counts = Object.entries(value).map(([name, count]) => `${count} ${name}`);
  return counts.length === 0 ? "none" : counts.join(", ");
}

type AnswerItem = Partial<BrakeLimit & { detail: string; grantId: string; error: string }>;

function itemText(words: CommandSession["words"], value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const item: AnswerItem = value;
  if (item.limit !== undefined && item.actual !== undefined) return limitText(words, item as BrakeLimit);
  if (item.detail !== undefined) return `${item.name}: ${item.detail}`;
  return item.error === undefined ? JSON.stringify(value) : `${item.grantId}: ${item.error}`;
}

/** A limit of the brake, with shares in per cent. */
export function limitText(words: CommandSession["words"], { name, limit, actual }: BrakeLimit): string {
  if (name === "stopped") return words.limitStopped;
  const isShare = /Share$|Drop$/.test(name);
  const numberText = (value: number): string => (isShare ? `${Number((value * 100).toFixed(1))} %` : String(value));
  return words.limit(words.known(name, words.phrases.brakeLimits), numberText(actual), numberText(limit));
}
