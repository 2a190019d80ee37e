import { basename } from "node:path";
import { type Config, policyOf } from "../../config/config.ts";
import { openLedger } from "../../ledger/ledger.ts";
import { createSimulationPage, type SimulationView } from "../../report/simulation-page.ts";
import { simulatePolicy } from "../../stages/assess/simulate-policy.ts";
import { UsageError } from "../exit-code.ts";
import { loadPolicyFile } from "../options.ts";
import { printNote, shownName, tableText, writePage } from "../print.ts";
import { type CommandSession, printResult } from "../session.ts";

type Simulation = SimulationView["sources"][number];

/** The file of the policy to try, whether every difference is named, and the file for a page, if it is wanted. */
export type SimulateOptions = { policy: string; list?: boolean; html?: string };

/** Prints what a policy would find, plan, hold and narrow over stored snapshots, beside what was. Writes nothing. */
export async function simulate(
  session: CommandSession,
  { policy, list = false, html }: SimulateOptions,
): Promise<number> {
  const tried = loadPolicyFile(policy, session.options);
  const missing = session.sources.filter((id) => !tried.sources.some((source) => source.id === id));
  if (missing.length > 0) {
    const fault = `${policy}: sources: has no ${missing.join(", ")}: name the source with --source, or leave only policy: in the file`;
    throw new UsageError(fault);
  }
  const simulations: Simulation[] = [];
  for (const sourceId of session.sources) {
    const review = session.options.review ?? (await newestReview(session, sourceId));
    if (review) simulations.push(await simulatePolicy(withPolicy(session, tried, { sourceId, review }), { list }));
    else printNote(`${sourceId}: left out, as no review of it has a complete snapshot yet`);
  }
  session.progress.end();
  if (simulations.length === 0) {
    throw new UsageError("Cannot simulate as no source has a complete snapshot: run a review in report mode first");
  }
  if (html) {
    const { language } = session.config;
    const { timezone } = tried.policy;
    writePage(html, createSimulationPage({ file: basename(policy), language, timezone, sources: simulations }));
  }
  const text = html ? `${pageNote(simulations)}: ${html}` : simulations.map(simulationText).join("\n\n");
  return printResult(session, "simulate", { sources: simulations }, text);
}

function pageNote(simulations: readonly Simulation[]): string {
  const names = simulations.map(({ source, review }) => `${source} ${review}`).join(", ");
  return `Tried over ${names}`;
}

async function newestReview({ store }: CommandSession, sourceId: string): Promise<string | null> {
  return (await openLedger(store, sourceId).newestCompleteSnapshot())?.review ?? null;
}

/** The stage with the tried policy, and with the people whom the tried configuration knows. */
function withPolicy(session: CommandSession, tried: Config, at: { sourceId: string; review: string }) {
  const stage = session.stageOf(at.sourceId, at.review);
  const source = tried.sources.find(({ id }) => id === at.sourceId)!;
  const { openReader } = stage;
  const authority = tried.authority ? { ...tried.authority, openReader } : null;
  return { ...stage, policy: policyOf(tried, source, at.review), authority };
}

function simulationText(simulation: Simulation): string {
  const { source, review, assessment, asOf, rules, was, would, plan, list } = simulation;
  const beside = assessment === null ? "no assessment yet" : `beside assessment ${assessment}`;
  const heading = `${source} ${review}, as of ${asOf}, ${beside}`;
  const ofRules = rules.map((each) => [each.rule, `${each.was}`, `${each.would}`, `+${each.added}`, `-${each.gone}`]);
  const figures = (name: keyof Simulation["would"] & ("items" | "remove" | "narrow" | "held")): string[] => [
    name === "items" ? "plan: items" : `plan: ${name}`,
    was ? `${was[name]}` : "-",
    `${would[name]}`,
    ...(name === "items" ? [`+${plan.added}`, `-${plan.gone}`] : ["", ""]),
  ];
  const rows = [...ofRules, ...(["items", "remove", "narrow", "held"] as const).map(figures)];
  const lines = [
    heading,
    tableText(ruleColumns, rows),
    `${plan.changed} items stay in the plan, with another end or another day`,
    brakeText(simulation),
  ];
  if (list && list.length > 0) {
    const named = list.map(({ change, rule, grantId, holderId, roleId, was: then, would: now }) => [
      `${change} ${grantId}`,
      rule ?? "plan",
      shownName(holderId),
      shownName(roleId),
      `${then ?? "-"} > ${now ?? "-"}`,
    ]);
    lines.push(tableText(listColumns, named));
  }
  return lines.join("\n");
}

const ruleColumns = [
  { title: "rule" },
  { title: "was", characters: 10 },
  { title: "would", characters: 10 },
  { title: "added", characters: 10 },
  { title: "gone", characters: 10 },
];

const listColumns = [{ title: "grant" }, { title: "rule" }, { title: "holder" }, { title: "role" }, { title: "does" }];

function brakeText({ was, would }: Pick<Simulation, "was" | "would">): string {
  const { tripped, limits } = would.brake;
  const said = limits.map(({ name, limit, actual }) => `${name}: ${actual}, at most ${limit}`).join("; ");
  const before = was ? ` (was: ${was.brake.tripped ? "trips" : "does not trip"})` : "";
  return tripped ? `The brake would trip${before}: ${said}` : `The brake would not trip${before}`;
}
