import Table from "cli-table3";
import type { ReviewSummary } from "../report/review-view.ts";
import type { BrakeLimit } from "../review/plan/plan.ts";
import type { Store } from "../review/ports.ts";
import { withBuiltInRules } from "../review/rules/built-in-rules.ts";
import type { Policy } from "../review/rules/policy.ts";
import type { Retired } from "../stages/expire/retire-roles.ts";
import type { CurrentReport } from "../stages/show/current-report.ts";
import { limitText } from "./answer-text.ts";
import { commandLine } from "./command-line.ts";
import type { CliOptions } from "./options.ts";
import type { ReviewedSource } from "./review-command.ts";
import { type Told, toldText } from "./tell.ts";

/** What a person reads at the end of a review. */
export function summaryTable(
  { source, review, status, ...reviewed }: ReviewedSource,
  report: CurrentReport | null,
  context: { policy: Policy; store: Store; options: CliOptions },
): string {
  const table = new Table({ wordWrap: true, colWidths: [14, 84], style: { head: [], border: [] } });
  table.push(["review", `${source} ${review}: ${statusText(status, reviewed)}`]);
  const limits = (reviewed.limits as BrakeLimit[] | undefined) ?? report?.plan.brake.limits ?? [];
  if (report) table.push(...reportRows(report, context));
  if (limits.length > 0) table.push(["brake", limits.map(limitText).join("\n")]);
  for (const check of (reviewed.failedChecks as { name: string; detail: string }[] | undefined) ?? []) {
    table.push(["failed check", `${check.name}: ${check.detail}`]);
  }
  table.push(...retirementRows(reviewed as Retired));
  const told = toldText(reviewed as Told);
  if (told !== null) table.push(["messages", told]);
  if (reviewed.evidenceSha256) table.push(["evidence", `SHA-256 ${reviewed.evidenceSha256}`]);
  const lines = [table.toString()];
  if (report) lines.push(`Report: ${context.store.locate(report.htmlKey)}`);
  return [...lines, ...whatNow({ source, review, status, ...reviewed }, report, context.options)].join("\n");
}

function retirementRows({ retiredRoles = [], rolesLeft = [] }: Retired): [string, string][] {
  return [
    ...(retiredRoles.length > 0 ? [["retired", retiredRoles.join(", ")] as [string, string]] : []),
    ...rolesLeft.map(({ role, why }): [string, string] => ["not retired", `${role}: ${why}`]),
  ];
}

/** Whole commands stand below the table, where they can be copied. */
function whatNow(
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

function statusText(status: string, { resumeAt, stopped }: Record<string, unknown>): string {
  if (status === "waiting") return `waiting until ${resumeAt}`;
  if (status === "held") return stopped ? String(stopped) : "held: the brake stopped the plan";
  return status === "continue" ? "interrupted" : status;
}

function reportRows({ summary, changes, deciding }: CurrentReport, { policy }: { policy: Policy }): [string, string][] {
  return [
    ["population", `${summary.grants} grants of ${summary.holders} holders in ${summary.roles} roles`],
    ...changesRow(changes),
    ["findings", findingsText(summary, policy)],
    ["expired", String(summary.expired)],
    ["held", countsText(summary.heldByReason)],
    ...otherOutcomes(summary),
    ["waiting", waitingText(summary)],
    ...decidingRow(deciding),
    ...reviewersRow(summary),
  ];
}

function reviewersRow({ reviewers: counts }: ReviewSummary): [string, string][] {
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

/** In the policy's order, with what follows from each. */
function findingsText({ findingsByRule }: ReviewSummary, policy: Policy): string {
  const known = withBuiltInRules(policy.rules);
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

function otherOutcomes({ outcomesByKind }: ReviewSummary): [string, string][] {
  const others = Object.entries(outcomesByKind).filter(([kind]) => kind !== "revoked");
  return others.length > 0 ? [["not removed", others.map(([kind, count]) => `${count} ${kind}`).join(", ")]] : [];
}

function waitingText({ waiting }: ReviewSummary): string {
  return waiting.count === 0 ? "0" : `${waiting.count}, the first until ${waiting.notBefore}`;
}
