import { dayMs, isoInstant } from "../basics/time.ts";
import { troubleOf } from "../basics/trouble.ts";
import type { Config } from "../config/config.ts";
import { isSweep, reviewKeys } from "../review/keys.ts";
import { heldReminderDay } from "../review/people/message.ts";
import type { Store } from "../review/ports.ts";
import type { AssessAnswer, StageAnswer } from "../review/stage.ts";

/** A review that waits is looked at this often at least, so that decisions and approvals are noticed. */
const longestWaitMs = dayMs;

/** Where reviewers are told, a review is looked at again within its last day, as long as this remains: whoever did not answer is told of then. */
const shortestWaitMs = 6 * 60 * 60 * 1000;

/** The fields of an answer that say how to go on with an open review. */
type Open = Pick<
  AssessAnswer,
  "source" | "review" | "status" | "planHash" | "limits" | "resumeAt" | "assessment" | "heldSince" | "actUntil"
>;

type NextLook = { lookAgainAt: string; notice: string };

/** What an answer is completed with. The names of its Lambdas begin with the name of the stack. */
export type AnswerContext = { config: Config; store: Store; stackName: string; nowMs: number };

/**
 * The answer with what the state machine needs to go on with a review that waits or is held: `lookAgainAt`, the latest
 * instant of the next look, and `notice`, what to tell people.
 */
export function withNextLook(answer: StageAnswer, context: AnswerContext): StageAnswer & Partial<NextLook> {
  const { status, resumeAt }: Open = answer;
  if (status !== "waiting" && status !== "held") return answer;
  const { config, store, stackName, nowMs } = context;
  const latestMs = nowMs + longestWaitMs;
  const untilMs = resumeAt ? Date.parse(resumeAt) : latestMs;
  const leftMs = untilMs - nowMs;
  const isTold = config.messages.some(({ to }) => to === "feishu-reviewers");
  const isLastDay = isTold && status === "waiting" && leftMs <= longestWaitMs && leftMs > shortestWaitMs;
  const resumeMs = isLastDay ? nowMs + leftMs / 2 : untilMs;
  const report = store.locate(reportKeyOf(answer));
  const notice = heldNotice(answer, { language: config.language, stackName, report, nowMs });
  return { ...answer, lookAgainAt: isoInstant(Math.min(resumeMs, latestMs)), ...(notice ? { notice } : {}) };
}

/** The report of the assessment that the answer names, else the folder of all assessments. */
function reportKeyOf({ source, review, assessment }: Open): string {
  const keys = reviewKeys(source, review);
  return assessment ? keys.assessment(assessment).html : keys.assessments;
}

/** What the notice of a held review names beside the answer. */
export type NoticeContext = { language: "zh" | "en"; stackName: string; report: string; nowMs: number };

/** The shell command that lifts the brake of exactly this plan. */
export function approveCommand(
  stackName: string,
  { source, review, planHash }: { source: string; review: string; planHash: string },
): string {
  // Without it the function looks at the source's open review.
  const which = isSweep(review) ? { sweep: true } : {};
  return invokeCommand(`${stackName}-approve`, { source, ...which, approve: planHash, by: "NAME", reason: "WHY" });
}

function invokeCommand(functionName: string, event: object): string {
  return `aws lambda invoke --function-name ${functionName} --cli-binary-format raw-in-base64-out --payload '${JSON.stringify(event)}' /dev/stdout`;
}

/** The notice for whoever can go on with a held review: the limits that stopped the plan, and the command that lifts them; null if nothing is held. */
export function heldNotice(answer: Open, context: NoticeContext): string | null {
  const { status, source, review, planHash = "", limits = [] } = answer;
  if (status !== "held") return null;
  if (limits.some(({ name }) => name === "stopped")) return stoppedNotice(answer, context);
  const named = limits.map(({ name, limit, actual }) => `${name} ${actual} > ${limit}`).join(", ");
  const approve = approveCommand(context.stackName, { source, review, planHash });
  const times = heldFor(answer, context);
  const goOn = invokeCommand(`${context.stackName}-expire`, { source, review });
  if (context.language === "zh") {
    return `${source} ${review} 的收回计划被熔断拦下：${named}。请先阅读报告 ${context.report}，确认无误后只批准这一份计划：\n${approve}\n批准后一天之内继续执行；要立即继续：\n${goOn}${times}`;
  }
  return `The brake stopped the plan of ${source} ${review}: ${named}. Read the report ${context.report}, then approve exactly this plan:\n${approve}\nIt then goes on within a day, or at once with:\n${goOn}${times}`;
}

function stoppedNotice(answer: Open, context: NoticeContext): string {
  const { language, stackName } = context;
  const { source } = answer;
  const resume = invokeCommand(`${stackName}-stop`, { source, resume: true, by: "NAME", reason: "WHY" });
  const times = heldFor(answer, context);
  return language === "zh"
    ? `${source} 的收回已被叫停。要继续，请执行：\n${resume}${times}`
    : `Removals from ${source} are stopped. To let them go on:\n${resume}${times}`;
}

/**
 * How long a plan is held, and how much time is left, as of the last reminder that was due: after 1, 3 and 7 days, then every
 * week. The state machine tells a notice whenever it is another than the last one, and so each reminder once.
 */
function heldFor({ heldSince, actUntil }: Open, { language, nowMs }: NoticeContext): string {
  if (!heldSince || !actUntil) return "";
  const remindedDays = heldReminderDay({ heldSince }, nowMs);
  const remindedMs = Date.parse(heldSince) + remindedDays * dayMs;
  const left = Math.max(0, Math.floor((Date.parse(actUntil) - remindedMs) / dayMs));
  if (language === "zh") {
    const held = remindedDays === 0 ? "" : `提醒：已等待 ${remindedDays} 天。`;
    return `\n${held}还有 ${left} 天（至 ${actUntil}），之后该计划因过旧失效：本次复核封存，并以新的快照开始下一次。`;
  }
  const held = remindedDays === 0 ? "" : `Reminder: held for ${remindedDays} ${remindedDays === 1 ? "day" : "days"}. `;
  return `\n${held}${left} ${left === 1 ? "day is" : "days are"} left (until ${actUntil}). Then the plan is too old to be acted on: this review is sealed, and the next begins with a snapshot of then.`;
}

/**
 * The error with its name, message and stack alone: Lambda logs what is thrown, and libraries hang requests and causes on
 * errors. Trouble that passes has the name of the trouble, which the state machine and whoever it tells know.
 */
export function plainError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error("Cannot say what happened: what was thrown is no error");
  const message = briefText(error.message);
  const plain = new Error(message);
  plain.name = troubleOf(error) ?? error.name;
  // Only the lines that name code: the first lines repeat the message, and the last may show a cause.
  plain.stack = `${plain.name}: ${message}\n${framesOf(error)}`;
  return plain;
}

/** How many entries of a list an answer names. */
const namedEntries = 20;

/** An execution takes 256 kB of all that its states hold. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const longestText = 4_000;

/**
 * An answer that an execution can hold, and a log line too: of each longer list the first 20 entries and how many more there
 * are, and so of a list in a text. Nothing is lost: the artefacts of the review have the whole lists.
 */
export function briefAnswer<Value>(value: Value): Value {
  if (typeof value === "string") return briefText(value) as Value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const named = value.slice(0, namedEntries).map(briefAnswer);
    const more = value.length - named.length;
    return (more > 0 ? [...named, `and ${more} more`] : named) as Value;
  }
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, briefAnswer(field)])) as Value;
}

function briefText(text: string): string {
  if (text.length <= longestText) return text;
  const entries = text.split(", ");
  const named = entries.slice(0, namedEntries).join(", ");
  const isList = entries.length > namedEntries && named.length <= longestText;
  return isList
    ? `${named} and ${entries.length - namedEntries} more`
    : `${text.slice(0, longestText)} … and ${text.length - longestText} more characters`;
}

function framesOf({ stack = "" }: Error): string {
  return stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 10)
    .join("\n");
}
