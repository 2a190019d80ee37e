import { openLedger } from "../ledger/ledger.ts";
import { refuseBehindFuture } from "../ledger/review-order.ts";
import { isSealed } from "../ledger/sealing.ts";
import type { SourceStatus } from "../report/sources-view.ts";
import { newReviewId, type ReviewKind } from "../review/keys.ts";
import { spansSources } from "../review/rules/conflicts.ts";
import type {
  Answered,
  AssessAnswer,
  ExpireAnswer,
  SealAnswer,
  SentMessages,
  SnapshotAnswer,
  Stage,
} from "../review/stage.ts";
import { codeOfAnswer, codeOfError, exitCodes, worstCode } from "./exit-code.ts";
import type { CommandSession } from "./session.ts";
import { runUntilDone } from "./stage-command.ts";
import { stages } from "./stages.ts";

type FiguresOf<Answer> = Omit<Answer, keyof Answered>;

/** The figures of all stages of a review, as far as it came. */
type Figures = Partial<
  FiguresOf<SnapshotAnswer> & FiguresOf<AssessAnswer> & FiguresOf<ExpireAnswer> & FiguresOf<SealAnswer>
> &
  SentMessages;

/** How far the review of one source came, with the figures of its stages. */
export type ReviewedSource = Figures & {
  source: string;
  review: string;
  status: SourceStatus;
  exitCode: number;
  /** Why it failed, and what was thrown: for people, not for `--json`. */
  error?: string;
  failure?: Error;
};

/** The chosen sources, and first of them the one that says who people are: the others are judged by its snapshot. */
function inOrder({ config, sources }: CommandSession): string[] {
  const isAuthority = (id: string): boolean => id === config.authority?.source;
  return [...sources.filter(isAuthority), ...sources.filter((id) => !isAuthority(id))];
}

/** Reviews every chosen source as far as the review goes today. After Ctrl-C no further source is begun. */
export async function reviewSources(session: CommandSession): Promise<ReviewedSource[]> {
  const reviewed: ReviewedSource[] = [];
  const read = await readAllFirst(session);
  for (const sourceId of inOrder(session)) {
    if (session.isInterrupted()) break;
    reviewed.push(await reviewSource(session, sourceId, read.get(sourceId)));
  }
  return reviewed;
}

/** The exit code over all sources. A source that was not begun counts as interrupted. */
export function codeOfReviews(session: CommandSession, reviewed: ReviewedSource[]): number {
  const codes = reviewed.map(({ exitCode }) => exitCode);
  return worstCode(reviewed.length < session.sources.length ? [...codes, exitCodes.interrupted] : codes);
}

type ReadReview = { review: string; error?: unknown };

/** Reads every source before any is judged, where a conflict spans sources: else nobody would know what people hold in the next. */
async function readAllFirst(session: CommandSession): Promise<Map<string, ReadReview>> {
  const read = new Map<string, ReadReview>();
  const { review: named, sweep } = session.options;
  if (named !== undefined || sweep || !spansSources(session.config.policy)) return read;
  for (const sourceId of inOrder(session)) {
    if (session.isInterrupted()) break;
    const review = await nextReviewId(session, sourceId);
    try {
      await refuseBehindFuture(session.store, sourceId, { nowMs: session.clock.now(), kind: "review" });
      await runUntilDone(session, session.stageOf(sourceId, review), stages.snapshot.run);
      read.set(sourceId, { review });
    } catch (error) {
      read.set(sourceId, { review, error });
    }
  }
  return read;
}

async function reviewSource(session: CommandSession, sourceId: string, read?: ReadReview): Promise<ReviewedSource> {
  const { review: named, sweep } = session.options;
  const kind = sweep ? "sweep" : "review";
  const review = read?.review ?? named ?? (await nextReviewId(session, sourceId, kind));
  const stage = session.stageOf(sourceId, review);
  try {
    if (read?.error) throw read.error;
    if (named === undefined && !read) {
      await refuseBehindFuture(session.store, sourceId, { nowMs: session.clock.now(), kind });
    }
    return await runStages(session, stage);
  } catch (error) {
    const failure = error as Error;
    const exitCode = codeOfError(error);
    return { source: sourceId, review, status: "failed", exitCode, error: failure.message, failure };
  }
}

/** The id of the source's next review. Time passes in the embedded company between two reviews. */
export async function nextReviewId(
  { store, clock, liveOn }: CommandSession,
  sourceId: string,
  kind: ReviewKind = "review",
): Promise<string> {
  const earlier = await openLedger(store, sourceId).reviews();
  if (earlier.length > 0 && kind === "review") liveOn(sourceId);
  return newReviewId(earlier, clock.now(), kind);
}

/** Runs the stages of a review in order, as far as they go today. */
async function runStages(session: CommandSession, stage: Stage): Promise<ReviewedSource> {
  const { snapshot, assess, expire, seal } = stages;
  const read = await runUntilDone(session, stage, snapshot.run);
  if (read.status === "continue") return interruptedSource(read);
  if (read.status === "incomplete") return reviewedSource(read, "incomplete");
  if (await isSealed(stage)) {
    return reviewedSource({ ...read, ...(await seal.run(stage)), ...(await sendMessages(stage)) }, "sealed");
  }
  const judged = await assess.run(stage);
  if (judged.outdated) return reviewedSource({ ...read, ...judged, ...(await seal.run(stage)) }, "sealed");
  const sent = await sendMessages(stage);
  const assessed = { ...judged, ...sent };
  if (assessed.status === "held" || assessed.status === "waiting")
    return reviewedSource({ ...read, ...assessed }, assessed.status);
  const expired = await runUntilDone(session, stage, expire.run);
  const soFar = { ...read, ...assessed, ...expired };
  if (expired.status === "continue") return interruptedSource(soFar);
  if (expired.status === "held" || expired.status === "waiting") return reviewedSource(soFar, expired.status);
  // Left out: seal settles what expire could not.
  const { unsettled: _unsettled, ...removed } = soFar;
  const sealed = await runUntilDone(session, stage, seal.run);
  if (sealed.status === "continue") return interruptedSource({ ...removed, ...sealed });
  return reviewedSource({ ...removed, ...sealed, ...(await sendMessages(stage, sent)) }, "sealed");
}

function reviewedSource(answer: Answered & Figures, status: SourceStatus): ReviewedSource {
  return { ...answer, status, exitCode: codeOfAnswer(answer) };
}

function interruptedSource(answer: Answered & Figures): ReviewedSource {
  return { ...answer, status: "continue", exitCode: exitCodes.interrupted };
}

/** Sends the messages that are due, and adds their counts to `before`. An error is shown as a fault, and does not fail the review. */
async function sendMessages(stage: Stage, before: SentMessages = {}): Promise<SentMessages> {
  try {
    return addSent(before, await stages.send.run(stage));
  } catch (error) {
    const { messageFaults = [] } = before;
    return { ...before, messageFaults: [...messageFaults, (error as Error).message] };
  }
}

function addSent(before: SentMessages, now: SentMessages): SentMessages {
  if (now.messagesSent === undefined) return before;
  const sum = (name: "messagesSent" | "messagesFailed" | "messagesUnanswered"): number =>
    (before[name] ?? 0) + (now[name] ?? 0);
  const faults = [...(before.messageFaults ?? []), ...(now.messageFaults ?? [])];
  return {
    messagesSent: sum("messagesSent"),
    messagesFailed: sum("messagesFailed"),
    messagesUnanswered: sum("messagesUnanswered"),
    ...(faults.length > 0 ? { messageFaults: faults } : {}),
  };
}
