import { withBuiltInRules } from "../review/rules/built-in-rules.ts";
import { type CurrentReport, currentReport } from "../stages/show/current-report.ts";
import { type SummarizedReview, summarizeSources } from "../stages/show/summarize-sources.ts";
import { commandLine } from "./options.ts";
import { printable, printJson, printLine, tableText } from "./print.ts";
import { codeOfReviews, type ReviewedSource, reviewSources } from "./review-sources.ts";
import type { CommandSession } from "./session.ts";
import { limitText, noteHowToGoOn, withoutFailure } from "./stage-command.ts";

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
    sources.push({ ...withoutFailure(one), ...(report ? { summary: report.summary, report: path } : {}) });
    if (!options.json) printLine(summaryText(session, one, report));
    noteHowToGoOn(session, one, "review");
  }
  const summary = await writeSummaryPage(session, summarized);
  if (summary !== null && !options.json) printLine(session.words.nextSteps.summary(summary));
  if (!options.json) printDesk(session);
  if (options.json) {
    const exitCode = codeOfReviews(session, reviewed);
    printJson({ command: "review", exitCode, sources, ...(summary === null ? {} : { summary }) });
  }
}

/** Where people decide signed in, as the last thing that one reads. */
function printDesk({ config: { desk }, options, words: { nextSteps } }: CommandSession): void {
  if (desk?.hosting === "self") printLine(nextSteps.deskHere(desk.url, commandLine(options, "serve")));
  else if (desk) printLine(nextSteps.desk(desk.url));
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
type ReviewWords = CommandSession["words"]["review"];
type Row = [label: string, text: string];

/** The summary of one source: a table, where its report is, and the commands to go on with. */
function summaryText(session: CommandSession, one: ReviewedSource, report: CurrentReport | null): string {
  const { config, store, words } = session;
  const { source, review, status } = one;
  const { rows: labels } = words.review;
  const rows: Row[] = [[labels.review, words.named(`${source} ${review}`, statusText(words.review, status, one))]];
  const limits = one.limits ?? report?.plan.brake.limits ?? [];
  if (report) rows.push(...reportRows(words, report, config.policy.rules));
  if (limits.length > 0) rows.push([labels.brake, limits.map((limit) => limitText(words, limit)).join("\n")]);
  for (const check of one.failedChecks ?? []) {
    const name = words.known(check.name, words.phrases.checks);
    rows.push([labels.failedCheck, printable(words.named(name, words.checkDetail(check)))]);
  }
  if (one.outdated) rows.push([labels.plan, words.review.outdated(one.outdated.ageDays, one.outdated.maxAgeDays)]);
  for (const left of one.leftOpen ?? []) rows.push([labels.leftOpen, printable(words.named(left.review, left.why))]);
  const { decisionFaults = [] } = one;
  if (decisionFaults.length > 0) rows.push([labels.unreadable, decisionFaults.join("\n")]);
  rows.push(...retirementRows(words, one));
  const sent = sentText(words.review, one);
  if (sent !== null) rows.push([labels.messages, printable(sent)]);
  if (one.evidenceSha256) rows.push([labels.evidence, `SHA-256 ${one.evidenceSha256}`]);
  const lines = [tableText([{ characters: 14 }, {}], rows)];
  if (report) lines.push(words.nextSteps.report(store.locate(report.htmlKey)));
  return [...lines, ...nextCommands(session, one, report)].join("\n");
}

function retirementRows(words: CommandSession["words"], { retiredRoles = [], rolesLeft = [] }: ReviewedSource): Row[] {
  const { retired, notRetired } = words.review.rows;
  return [
    ...(retiredRoles.length > 0 ? [[retired, retiredRoles.join(words.and)] as Row] : []),
    ...rolesLeft.map(({ role, why }): Row => [notRetired, printable(words.named(role, why))]),
  ];
}

/** The commands to go on with. They stand below the table, so that they can be copied whole. */
function nextCommands(
  { options, words: { nextSteps } }: CommandSession,
  { source, review, status, stopped }: ReviewedSource,
  report: CurrentReport | null,
): string[] {
  const goOn = commandLine(options, "review", "--source", source, "--review", review);
  const decide = nextSteps.decide(commandLine(options, "decide", "FILE"));
  if (status === "waiting") return [...(report?.deciding?.isOpen ? [decide] : []), nextSteps.goOn(goOn)];
  if (status !== "held" || !report) return [];
  const { planHash } = report.plan;
  const first = stopped
    ? commandLine(options, "resume", "--source", source)
    : commandLine(options, "approve", "--plan", planHash, "--by", "NAME", "--reason", "TEXT");
  return [nextSteps.let(first), nextSteps.goOnAfter(goOn)];
}

function statusText(
  words: ReviewWords,
  status: ReviewedSource["status"],
  { resumeAt, stopped }: Pick<ReviewedSource, "resumeAt" | "stopped">,
): string {
  if (status === "waiting") return words.waitingUntil(String(resumeAt));
  return status === "held" && stopped ? words.stopped(stopped) : words.statuses[status];
}

function reportRows(
  words: CommandSession["words"],
  { summary, changes, deciding }: CurrentReport,
  rules: PolicyRules,
): Row[] {
  const { rows: labels, ...review } = words.review;
  return [
    [labels.population, review.population(summary.grants, summary.holders, summary.roles)],
    ...changesRow(words.review, changes),
    [labels.findings, findingsText(words, summary, rules)],
    [labels.expired, String(summary.expired)],
    ...outcomesRow(words, labels.alsoGone, summary, isGone),
    [labels.held, heldText(words, summary)],
    ...outcomesRow(words, labels.notRemoved, summary, (kind) => kind !== "revoked" && !isGone(kind)),
    [labels.waiting, review.waiting(summary.waiting.count, summary.waiting.notBefore)],
    ...decidingRow(words.review, deciding),
    ...reviewersRow(words.review, summary),
  ];
}

function reviewersRow(words: ReviewWords, { reviewers: counts }: Summary): Row[] {
  if (!counts) return [];
  const { reviewers, grantsOfNobody, uncoveredDepartments, formerPartners } = counts;
  const coverage = uncoveredDepartments === null ? [] : [words.coverage(uncoveredDepartments, formerPartners)];
  const nobody = grantsOfNobody > 0 ? [words.ofNobody(grantsOfNobody)] : [];
  return [[words.rows.reviewers, [words.reviewers(reviewers), ...nobody, ...coverage].join("\n")]];
}

function decidingRow(words: ReviewWords, deciding: CurrentReport["deciding"]): Row[] {
  if (deciding === null) return [];
  const { untilAt, isOpen, mode, undecided, expiring, keptUndecided } = deciding;
  const expires = isOpen && expiring.length > 0 ? words.expiring(expiring.length, mode === "report") : "";
  const kept = keptUndecided > 0 ? words.keptUndecided(keptUndecided) : "";
  return [[words.rows.deciding, `${words.deciding(untilAt, isOpen, undecided)}${expires}${kept}`]];
}

function changesRow(words: ReviewWords, changes: CurrentReport["changes"]): Row[] {
  const { previousReview, removedByPrevious, appeared, vanished } = changes;
  if (previousReview === null) return [];
  return [[words.rows.changes, words.changes(previousReview, removedByPrevious.length, appeared, vanished)]];
}

/** The findings by rule, in the policy's order, with what follows from each. */
function findingsText(words: CommandSession["words"], { findingsByRule }: Summary, policyRules: PolicyRules): string {
  const known = withBuiltInRules(policyRules);
  const order = known.map(({ id }) => id);
  const rules = Object.keys(findingsByRule).sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const { finding, effects } = words.review;
  const lines = rules.map((id) =>
    finding(findingsByRule[id]!, id, effects[known.find((rule) => rule.id === id)?.then ?? "flag"]),
  );
  return lines.length > 0 ? lines.join("\n") : words.none;
}

function heldText(words: CommandSession["words"], { heldByReason }: Summary): string {
  const parts = Object.entries(heldByReason).map(([by, count]) =>
    words.review.heldBy(count, words.known(by, words.phrases.heldBy)),
  );
  return parts.length > 0 ? parts.join(words.review.between) : "0";
}

/** Outcomes after which what had to go is gone, though not by a removal of ours. */
function isGone(kind: string): boolean {
  return kind === "narrowed" || kind === "already-gone";
}

function outcomesRow(
  words: CommandSession["words"],
  label: string,
  { outcomesByKind }: Summary,
  isShown: (kind: string) => boolean,
): Row[] {
  const shown = Object.entries(outcomesByKind).filter(([kind]) => isShown(kind));
  const texts = shown.map(([kind, count]) => words.review.outcome(count, words.known(kind, words.phrases.outcomes)));
  return texts.length > 0 ? [[label, texts.join(words.and)]] : [];
}

/** `2 sent, 1 failed`, and why they failed; null if the review has nobody to tell. */
function sentText(words: ReviewWords, sent: ReviewedSource): string | null {
  const { messagesSent, messagesFailed = 0, messagesUnanswered = 0, messageFaults } = sent;
  if (messagesSent === undefined && !messageFaults) return null;
  return [words.sent(messagesSent ?? 0, messagesFailed, messagesUnanswered), ...(messageFaults ?? [])].join("\n");
}
