import { basename } from "node:path";
import { type Config, policyOf } from "../../config/config.ts";
import { openLedger } from "../../ledger/ledger.ts";
import { createSimulationPage, type SimulationView } from "../../report/simulation-page.ts";
import { simulatePolicy } from "../../stages/assess/simulate-policy.ts";
import { usage } from "../exit-code.ts";
import { loadPolicyFile } from "../options.ts";
import { type Column, printNote, shownName, tableText, writePage } from "../print.ts";
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
    throw usage`${policy}: sources: has no ${missing.join(", ")}: name the source with --source, or leave only policy: in the file`;
  }
  const simulations: Simulation[] = [];
  for (const sourceId of session.sources) {
    const review = session.options.review ?? (await newestReview(session, sourceId));
    if (review) simulations.push(await simulatePolicy(withPolicy(session, tried, { sourceId, review }), { list }));
    else printNote(session.words.simulate.leftOut(sourceId));
  }
  session.progress.end();
  if (simulations.length === 0) {
    throw usage`Cannot simulate as no source has a complete snapshot: run a review in report mode first`;
  }
  if (html) {
    const { language } = session.config;
    const { timezone } = tried.policy;
    writePage(html, createSimulationPage({ file: basename(policy), language, timezone, sources: simulations }));
  }
  const { words } = session;
  const text = html
    ? words.named(pageNote(words, simulations), html)
    : simulations.map((simulation) => simulationText(words, simulation)).join("\n\n");
  return printResult(session, "simulate", { sources: simulations }, text);
}

type Words = CommandSession["words"];

function pageNote({ simulate: words, and }: Words, simulations: readonly Simulation[]): string {
  return words.triedOver(simulations.map(({ source, review }) => `${source} ${review}`).join(and));
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

function simulationText({ simulate: words }: Words, simulation: Simulation): string {
  const { source, review, assessment, asOf, rules, was, would, plan, list } = simulation;
  const ofRules = rules.map((each) => [each.rule, `${each.was}`, `${each.would}`, `+${each.added}`, `-${each.gone}`]);
  const figures = (name: "items" | "remove" | "narrow" | "held"): string[] => [
    words.plan[name],
    was ? `${was[name]}` : "-",
    `${would[name]}`,
    ...(name === "items" ? [`+${plan.added}`, `-${plan.gone}`] : ["", ""]),
  ];
  const rows = [...ofRules, ...(["items", "remove", "narrow", "held"] as const).map(figures)];
  const lines = [
    words.heading(`${source} ${review}`, asOf, assessment),
    tableText(ruleColumns(words), rows),
    words.stays(plan.changed),
    brakeText(words, simulation),
  ];
  if (list && list.length > 0) {
    const named = list.map(({ change, rule, grantId, holderId, roleId, was: then, would: now }) => [
      `${words.change(change)} ${grantId}`,
      rule ?? words.list.plan,
      shownName(holderId),
      shownName(roleId),
      `${then === null ? "-" : words.does(then)} > ${now === null ? "-" : words.does(now)}`,
    ]);
    const { grant, rule, holder, role, does } = words.list;
    lines.push(
      tableText(
        [grant, rule, holder, role, does].map((title) => ({ title })),
        named,
      ),
    );
  }
  return lines.join("\n");
}

function ruleColumns({ columns: { rule, was, would, added, gone } }: Words["simulate"]): Column[] {
  return [{ title: rule }, ...[was, would, added, gone].map((title) => ({ title, characters: 10 }))];
}

function brakeText(words: Words["simulate"], { was, would }: Pick<Simulation, "was" | "would">): string {
  const { tripped, limits } = would.brake;
  const said = limits.map(({ name, limit, actual }) => words.limit(name, actual, limit)).join("; ");
  const brake = words.brake(tripped, was === null ? null : was.brake.tripped);
  return tripped ? `${brake}: ${said}` : brake;
}
