import { withBuiltInRules } from "../review/rules/built-in-rules.ts";
import type { Retired, SentMessages } from "../review/stage.ts";
import { type CurrentReport, currentReport } from "../stages/show/current-report.ts";
import { type SummarizedReview, summarizeSources } from "../stages/show/summarize-sources.ts";
import { type CliOptions, commandLine } from "./options.ts";
import { printable, printJson, printLine, tableText } from "./print.ts";
import { codeOfReviews, type ReviewedSource, reviewSources } from "./review-sources.ts";
import type { CommandSession } from "./session.ts";
import { limitText, noteHowToGoOn } from "./stage-command.ts";

/** Reviews every chosen source as far as the review goes today, and prints the end. */
export async function review(session: CommandSession): Promise<number> {
  const reviewed = await reviewSources(session);
  await printReviews(session, reviewed);
  return codeOfReviews(session, reviewed);
}

/** Prints the end of a review: a table for each source, or one JSON summary. Writes a summary page if there are several sources. */
async function printReviews(session: CommandSession, reviewed: ReviewedSource[]): Promise<void> {
  session.progress.end();
  const { store, options } = session;
  const sources: Record<string, unknown>[] = [];
  const summarized: SummarizedReview[] = [];
  for (const one of reviewed) {
    const stage = session.stageOf(one.source, one.review);
    const report = await currentReport(stage);
    summarized.push({ stage, status: one.status, error: one.error ?? null, report });
    const path = report && store.locate(report.htmlKey);
    sources.push({ ...one, ...(report ? { summary: report.summary, report: path } : {}) });
    if (!options.json) printLine(summaryText(session, one, report));
    noteHowToGoOn(session, one, "review");
  }
  const summary = await writeSummaryPage(session, summarized);
  if (summary !== null && !options.json) printLine(`Summary: ${summary}`);
  if (!options.json) printDesk(session);
  if (options.json) {
    const exitCode = codeOfReviews(session, reviewed);
    printJson({ command: "review", exitCode, sources, ...(summary === null ? {} : { summary }) });
  }
}

/** Where people decide signed in, as the last thing that one reads. */
function printDesk({ config: { desk }, options }: CommandSession): void {
  if (desk?.hosting === "self") printLine(`Decide signed in, at ${desk.url}: ${commandLine(options, "serve")}`);
  else if (desk) printLine(`Decide signed in: ${desk.url}`);
}

/** Writes the summary page over all sources, and returns its address; null if there is only one source. */
async function writeSummaryPage(
  { config, store, clock, sources }: CommandSession,
  reviews: SummarizedReview[],
): Promise<string | null> {
  if (sources.length < 2) return null;
  const reviewed = new Set(reviews.map(({ stage }) => stage.sourceId));
  const key = await summarizeSources({
    reviews,
    notBegun: sources.filter((source) => !reviewed.has(source)),
    store,
    clock,
    language: config.language,
    timezone: config.policy.timezone,
  });
  return store.locate(key);
}

type Summary = CurrentReport["summary"];
type PolicyRules = CommandSession["config"]["policy"]["rules"];

/** The summary of one source: a table, where its report is, and the commands to go on with. */
function summaryText(
  { config, store, options }: CommandSession,
  { source, review, status, ...reviewed }: ReviewedSource,
  report: CurrentReport | null,
): string {
  const rows: [string, string][] = [["review", `${source} ${review}: ${statusText(status, reviewed)}`]];
  const limits = reviewed.limits ?? report?.plan.brake.limits ?? [];
  if (report) rows.push(...reportRows(report, config.policy.rules));
  if (limits.length > 0) rows.push(["brake", limits.map(limitText).join("\n")]);
  for (const check of reviewed.failedChecks ?? []) {
    rows.push(["failed check", printable(`${check.name}: ${check.detail}`)]);
  }
  if (reviewed.outdated) {
    const { ageDays, maxAgeDays } = reviewed.outdated;
    rows.push([
      "plan",
      `${ageDays} days old, and guard.maxPlanAgeDays is ${maxAgeDays}: sealed; review begins the next`,
    ]);
  }
  for (const left of reviewed.leftOpen ?? []) rows.push(["left open", printable(`${left.review}: ${left.why}`)]);
  const { decisionFaults = [] } = reviewed;
  if (decisionFaults.length > 0) rows.push(["unreadable", decisionFaults.join("\n")]);
  rows.push(...retirementRows(reviewed));
  const sent = sentText(reviewed);
  if (sent !== null) rows.push(["messages", printable(sent)]);
  if (reviewed.evidenceSha256) rows.push(["evidence", `SHA-256 ${reviewed.evidenceSha256}`]);
  const lines = [tableText([{ characters: 14 }, {}], rows)];
  if (report) lines.push(`Report: ${store.locate(report.htmlKey)}`);
  return [...lines, ...nextCommands({ source, review, status, ...reviewed }, report, options)].join("\n");
}

function retirementRows({ retiredRoles = [], rolesLeft = [] }: Retired): [string, string][] {
  return [
    ...(retiredRoles.length > 0 ? [["retired", retiredRoles.join(", ")] as [string, string]] : []),
    ...rolesLeft.map(({ role, why }): [string, string] => ["not retired", printable(`${role}: ${why}`)]),
  ];
}

/** The commands to go on with. They stand below the table, so that they can be copied whole. */
function nextCommands(
  { source, review, status, stopped }: ReviewedSource,
  report: CurrentReport | null,
  options: CliOptions,
): string[] {
  const goOn = commandLine(options, "review", "--source", source, "--review", review);
  const decide = `Decide in the report, then: ${commandLine(options, "decide", "FILE")}`;
  if (status === "waiting") return [...(report?.deciding?.isOpen ? [decide] : []), `Go on then with: ${goOn}`];
  if (status !== "held" || !report) return [];
  const { planHash } = report.plan;
  const first = stopped
    ? commandLine(options, "resume", "--source", source)
    : commandLine(options, "approve", "--plan", planHash, "--by", "NAME", "--reason", "TEXT");
  return [`To let it: ${first}`, `Then go on: ${goOn}`];
}

function statusText(status: string, { resumeAt, stopped }: Pick<ReviewedSource, "resumeAt" | "stopped">): string {
  if (status === "waiting") return `waiting until ${resumeAt}`;
  if (status === "held") return stopped ?? "held: the brake stopped the plan";
  return status === "continue" ? "interrupted" : status;
}

function reportRows({ summary, changes, deciding }: CurrentReport, rules: PolicyRules): [string, string][] {
  return [
    ["population", `${summary.grants} grants of ${summary.holders} holders in ${summary.roles} roles`],
    ...changesRow(changes),
    ["findings", findingsText(summary, rules)],
    ["expired", String(summary.expired)],
    ["held", countsText(summary.heldByReason)],
    ...otherOutcomes(summary),
    ["waiting", waitingText(summary)],
    ...decidingRow(deciding),
    ...reviewersRow(summary),
  ];
}

function reviewersRow({ reviewers: counts }: Summary): [string, string][] {
  if (!counts) return [];
  const { reviewers, grantsOfNobody, uncoveredDepartments, formerPartners } = counts;
  const coverage =
    uncoveredDepartments === null
      ? []
      : [`departments without an HRBP of their own: ${uncoveredDepartments}; HRBPs who left: ${formerPartners}`];
  const nobody = grantsOfNobody > 0 ? [`grants that nobody is left to review: ${grantsOfNobody}`] : [];
  return [["reviewers", [`${reviewers} people`, ...nobody, ...coverage].join("\n")]];
}

function decidingRow(deciding: CurrentReport["deciding"]): [string, string][] {
  if (deciding === null) return [];
  const { untilAt, isOpen, mode, undecided, expiring, keptUndecided } = deciding;
  const verb = mode === "report" ? "would expire" : "expire";
  const expires = isOpen && expiring.length > 0 ? `, ${expiring.length} of them ${verb} if nobody decides` : "";
  const kept = keptUndecided > 0 ? `, ${keptUndecided} kept as nobody decided` : "";
  return [["deciding", `${isOpen ? "until" : "ended"} ${untilAt}: ${undecided} undecided${expires}${kept}`]];
}

function changesRow(changes: CurrentReport["changes"]): [string, string][] {
  const { previousReview, removedByPrevious, appeared, vanished } = changes;
  if (previousReview === null) return [];
  const counts = `${removedByPrevious.length} removed by it, ${appeared} appeared, ${vanished} vanished`;
  return [["changes", `since ${previousReview}: ${counts}`]];
}

/** The findings by rule, in the policy's order, with what follows from each. */
function findingsText({ findingsByRule }: Summary, policyRules: PolicyRules): string {
  const known = withBuiltInRules(policyRules);
  const order = known.map(({ id }) => id);
  const rules = Object.keys(findingsByRule).sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const lines = rules.map(
    (id) => `${findingsByRule[id]} ${id} (${known.find((rule) => rule.id === id)?.then ?? "flag"})`,
  );
  return lines.length > 0 ? lines.join("\n") : "none";
}

function countsText(counts: Record<string, number>): string {
  const parts = Object.entries(counts).map(([name, count]) => `${count} by ${name}`);
  return parts.length > 0 ? parts.join(", ") : "0";
}

function otherOutcomes({ outcomesByKind }: Summary): [string, string][] {
  const others = Object.entries(outcomesByKind).filter(([kind]) => kind !== "revoked");
  return others.length > 0 ? [["not removed", others.map(([kind, count]) => `${count} ${kind}`).join(", ")]] : [];
}

function waitingText({ waiting }: Summary): string {
  return waiting.count === 0 ? "0" : `${waiting.count}, the first until ${waiting.notBefore}`;
}

/** `2 sent, 1 failed`, and why they failed; null if the review has nobody to tell. */
function sentText({ messagesSent, messagesFailed, messagesUnanswered, messageFaults }: SentMessages): string | null {
  if (messagesSent === undefined && !messageFaults) return null;
  const others = [
    messagesFailed ? `, ${messagesFailed} failed` : "",
    messagesUnanswered ? `, ${messagesUnanswered} without an answer` : "",
  ];
  return [`${messagesSent ?? 0} sent${others.join("")}`, ...(messageFaults ?? [])].join("\n");
}
