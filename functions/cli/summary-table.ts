import Table from "cli-table3";
import type { ReviewSummary } from "../report/review-view.ts";
import type { Plan } from "../review/plan.ts";
import type { Policy } from "../review/policy.ts";
import type { Store } from "../review/ports.ts";
import type { CurrentReport } from "../stages/current-report.ts";
import type { ReviewedSource } from "./review-command.ts";

/** What a person reads at the end of a review. */
export const summaryTable = (
  { source, review, status, ...reviewed }: ReviewedSource,
  report: CurrentReport | null,
  context: { policy: Policy; store: Store },
): string => {
  const table = new Table({ wordWrap: true, colWidths: [14, 84] });
  table.push(["review", `${source} ${review}: ${statusText(status, reviewed)}`]);
  if (report) table.push(...reportRows(report, context));
  for (const check of (reviewed.failedChecks as { name: string; detail: string }[] | undefined) ?? []) {
    table.push(["failed check", `${check.name}: ${check.detail}`]);
  }
  if (reviewed.evidenceSha256) table.push(["evidence", `SHA-256 ${reviewed.evidenceSha256}`]);
  if (reviewed.error) table.push(["error", String(reviewed.error)]);
  const lines = [table.toString()];
  if (report) lines.push(`Report: ${context.store.locate(report.htmlKey)}`);
  return lines.join("\n");
};

const statusText = (status: string, { resumeAt, stopped }: Record<string, unknown>): string => {
  if (status === "waiting") return `waiting until ${resumeAt}`;
  if (status === "held") return stopped ? String(stopped) : "held: the brake stopped the plan";
  return status === "continue" ? "interrupted: go on with the same --review" : status;
};

const reportRows = ({ summary, plan }: CurrentReport, { policy }: { policy: Policy }): [string, string][] => [
  ["population", `${summary.grants} grants of ${summary.holders} holders in ${summary.roles} roles`],
  ["findings", findingsText(summary, policy)],
  ["expired", String(summary.expired)],
  ["held", countsText(summary.heldByReason)],
  ...otherOutcomes(summary),
  ["waiting", waitingText(summary)],
  ...brakeRows(plan),
];

/** In the policy's order, with what follows from each. */
const findingsText = ({ findingsByRule }: ReviewSummary, policy: Policy): string => {
  const order = policy.rules.map(({ id }) => id);
  const rules = Object.keys(findingsByRule).sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const lines = rules.map(
    (id) => `${findingsByRule[id]} ${id} (${policy.rules.find((rule) => rule.id === id)?.then ?? "flag"})`,
  );
  return lines.length > 0 ? lines.join("\n") : "none";
};

const countsText = (counts: Record<string, number>): string => {
  const parts = Object.entries(counts).map(([name, count]) => `${count} by ${name}`);
  return parts.length > 0 ? parts.join(", ") : "0";
};

const otherOutcomes = ({ outcomesByKind }: ReviewSummary): [string, string][] => {
  const others = Object.entries(outcomesByKind).filter(([kind]) => kind !== "revoked");
  return others.length > 0 ? [["not removed", others.map(([kind, count]) => `${count} ${kind}`).join(", ")]] : [];
};

const waitingText = ({ waiting }: ReviewSummary): string =>
  waiting.count === 0 ? "0" : `${waiting.count}, the first until ${waiting.notBefore}`;

const brakeRows = ({ brake, planHash }: Plan): [string, string][] =>
  brake.tripped
    ? [
        ["brake", brake.limits.map(({ name, limit, actual }) => `${name}: ${actual}, allowed ${limit}`).join("\n")],
        ["to approve", `node functions/cli.ts approve --plan ${planHash} --by NAME --reason TEXT`],
      ]
    : [];
