import { withBuiltInRules } from "../../review/rules/built-in-rules.ts";
import { conflictRules } from "../../review/rules/conflicts.ts";
import type { Policy } from "../../review/rules/policy.ts";
import type { ListedGrant } from "../rows/packed-rows.ts";
import { codeMarkup, type Markup, markup, nameMarkup, tableMarkup, textMarkup } from "./markup.ts";
import { type ReportPage, sectionMarkup } from "./page.ts";

/** How many findings the rules of a control made, and how many grants were removed by them. */
export type ControlCount = { control: string; rules: string[]; findings: number; removed: number };

/** The controls that rules and conflicts name, in the order of the policy, with what the review came to by each. */
export function controlCounts(policy: Policy, rows: Iterable<ListedGrant>): ControlCount[] {
  const counts = new Map<string, ControlCount>();
  const byRule = new Map<string, ControlCount[]>();
  for (const { id, controls = [] } of [...withBuiltInRules(policy.rules), ...conflictRules(policy)]) {
    for (const control of controls) {
      const count = counts.get(control) ?? { control, rules: [], findings: 0, removed: 0 };
      counts.set(control, count);
      count.rules.push(id);
      byRule.set(id, [...(byRule.get(id) ?? []), count]);
    }
  }
  if (counts.size === 0) return [];
  for (const { findings, item, outcome } of rows) {
    for (const { rule } of findings) for (const count of byRule.get(rule) ?? []) count.findings++;
    if (outcome?.outcome !== "revoked") continue;
    const removed = new Set(item?.rules.flatMap((rule) => byRule.get(rule) ?? []));
    for (const count of removed) count.removed++;
  }
  return [...counts.values()];
}

/** Findings and removals by control; nothing where no rule names one. */
export function controlsMarkup(page: ReportPage, counts: readonly ControlCount[]): Markup {
  if (counts.length === 0) return markup``;
  const { controls: words, figures, labels, listSeparator } = page.phrases;
  const rows = counts.map(({ control, rules, findings, removed }) => [
    nameMarkup(control),
    markup`${rules.map((rule, at) => markup`${at > 0 ? listSeparator : ""}${codeMarkup(rule)}`)}`,
    textMarkup(page.amount(findings)),
    textMarkup(page.amount(removed)),
  ]);
  const body = [
    markup`<p>${words.what}</p>`,
    tableMarkup([words.control, labels.rule, figures.findings, figures.expired], rows),
  ];
  return sectionMarkup(page, "controls", { heading: words.heading, body });
}
