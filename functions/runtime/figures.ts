import { metricNames } from "../config/metric-names.ts";

/** Outcomes that somebody has to look at: the removal did not come about. */
const unresolvedOutcomes = ["refused", "failed", "unverified"];

function numbersOf(answer: Record<string, unknown>): [string, number][] {
  return Object.entries(answer).filter((entry): entry is [string, number] => typeof entry[1] === "number");
}

/**
 * What of a stage's answer goes to CloudWatch: its counts, and what alarms look at, nought included, so that an alarm
 * ends by itself.
 */
export function figuresOf(stage: string, answer: Record<string, unknown>): Record<string, number> {
  const figures = Object.fromEntries(numbersOf(answer));
  if (stage === "snapshot") figures.incomplete = answer.status === "incomplete" ? 1 : 0;
  if (stage === "assess" || stage === "expire") figures.brakeTripped = answer.status === "held" ? 1 : 0;
  if (stage === "expire" || (stage === "seal" && "population" in figures)) {
    figures.unresolved = unresolvedOutcomes.reduce((sum, name) => sum + (figures[name] ?? 0), 0);
  }
  return figures;
}

/** Those of a stage's figures that alarms look at over all sources, where a stack has many. */
export function alarmingFigures(figures: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures).filter(([name]) => metricNames.alarming.some((known) => known === name)),
  );
}

/** How many findings each rule has, where the answer says so. */
export function findingsByRule({ findings }: Record<string, unknown>): [rule: string, findings: number][] {
  return typeof findings === "object" && findings !== null ? numbersOf(findings as Record<string, unknown>) : [];
}
