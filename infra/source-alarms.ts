import { Duration } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { type Config, isSwept } from "../functions/config/config.ts";
import type { metricNames } from "../functions/config/metric-names.ts";
import { alarmPhrases } from "./alarm-phrases.ts";
import { invokeCommand, startCommand } from "./commands.ts";
import { figure } from "./figure.ts";
import { hasManySources } from "./many-sources.ts";
import { overdueAfter } from "./review-schedule.ts";
import type { StageFunctions, StageName } from "./stage-function.ts";

/**
 * The metric and the description of an alarm. `isEvent`: it rings, and nobody is told when it is over. `periods`: how many are
 * looked at, one of which suffices. `above`: it rings above this figure; left out: from 1 on. `missing`: what it means that nobody reports the metric; left out: all is well.
 */
export type Look = {
  id: string;
  metric: IMetric;
  says: string;
  isEvent?: boolean;
  periods?: number;
  above?: number;
  missing?: "bad" | "as before";
};

/** The alarms on sources: for each source its own, or for many sources one over all. */
export function looksAtSources(scope: Construct, config: Config, functions: StageFunctions): Look[] {
  const ofReviews = hasManySources(config) ? looksAtAll(scope, config, functions) : looksAtEach(scope, config);
  return [...ofReviews, ...looksAtSweeps(scope, config, functions)];
}

/** Over all sources, however many there are: each alarm is one of the 500 resources that CloudFormation takes. */
function looksAtSweeps(scope: Construct, config: Config, { seal }: StageFunctions): Look[] {
  if (!config.sources.some((source) => isSwept(config, source))) return [];
  const phrases = alarmPhrases[config.language];
  const which = (name: string): string => whichCommand(name, [seal.logGroup.logGroupName]);
  const { removeWithinHours = 24 } = config.policy;
  const late: Look = {
    id: "leavers late",
    metric: figure("LeaverHours", {}),
    above: removeWithinHours,
    says: phrases.leaversLate(removeWithinHours, which("leaversLate")),
    isEvent: true,
  };
  if (!config.sweep?.enabled) return [late];
  const start = startCommand(scope, { source: "SOURCE", sweep: true });
  const says = phrases.notSwept(which("notSweptDays"), start);
  return [late, { id: "did not sweep", metric: figure("notSweptDays", {}, day), says, missing: "bad" }];
}

function looksAtEach(scope: Construct, config: Config): Look[] {
  const phrases = alarmPhrases[config.language];
  return config.sources.flatMap(({ id }) => {
    const of = { source: id };
    const says = {
      brakeTripped: phrases.brakeTripped(id, invokeCommand(scope, "approve", { ...of, ...approval })),
      incomplete: phrases.incomplete(id),
      unresolved: phrases.unresolved(id),
      notBegun: phrases.notBegun(id, startCommand(scope, { ...of, begin: true })),
      notSealed: phrases.notSealed(id, startCommand(scope, of)),
      stopped: phrases.stopped(id, invokeCommand(scope, "stop", { ...of, resume: true, ...reasons })),
      leftOpen: phrases.leftOpen(id),
      badDecisions: phrases.badDecisions(id),
      unbalanced: phrases.unbalanced(id),
    };
    return looksAt(of, { config, prefix: `${id} `, says });
  });
}

/**
 * One alarm over all sources, because CloudFormation takes 500 resources. The metric names no source; the log line
 * does.
 */
function looksAtAll(scope: Construct, config: Config, functions: StageFunctions): Look[] {
  const phrases = alarmPhrases[config.language].ofMany;
  const which = (name: Alarming, ...stages: Exclude<StageName, "send" | "desk" | "events">[]): string =>
    whichCommand(
      name,
      stages.map((stage) => functions[stage].logGroup.logGroupName),
    );
  const of = { source: "SOURCE" };
  const approve = invokeCommand(scope, "approve", { ...of, ...approval });
  const says = {
    brakeTripped: phrases.brakeTripped(which("brakeTripped", "assess", "expire"), approve),
    incomplete: phrases.incomplete(which("incomplete", "snapshot")),
    unresolved: phrases.unresolved(which("unresolved", "expire", "seal")),
    notBegun: phrases.notBegun(which("notBegunDays", "seal"), startCommand(scope, { ...of, begin: true })),
    notSealed: phrases.notSealed(which("notSealedDays", "seal"), startCommand(scope, of)),
    stopped: phrases.stopped(
      which("stopped", "expire", "stop"),
      invokeCommand(scope, "stop", { ...of, resume: true, ...reasons }),
    ),
    leftOpen: phrases.leftOpen(which("leftOpen", "seal")),
    badDecisions: phrases.badDecisions(which("badDecisionFiles", "assess", "expire")),
    unbalanced: phrases.unbalanced(which("unbalanced", "seal")),
  };
  return looksAt({}, { config, prefix: "", says });
}

type Alarming = (typeof metricNames.alarming)[number];

const reasons = { by: "NAME", reason: "WHY" };
const approval = { approve: "PLAN_HASH", ...reasons };

/**
 * A shell command that prints the stages' answers of the last day in which this metric is above 0, with source and
 * review.
 */
function whichCommand(name: string, logs: string[]): string {
  return (
    `for log in ${logs.join(" ")}; do aws logs filter-log-events --log-group-name $log ` +
    `--start-time $(($(date +%s)-86400))000 --filter-pattern '{ ($.message = "answered") && ($.${name} > 0) }' ` +
    "--query 'events[].message' --output text; done"
  );
}

type Said = Record<
  | "brakeTripped"
  | "incomplete"
  | "unresolved"
  | "notBegun"
  | "notSealed"
  | "stopped"
  | "leftOpen"
  | "badDecisions"
  | "unbalanced",
  string
>;

function isWatched(config: Config): boolean {
  return config.schedule?.enabled === true && overdueAfter(config) !== null;
}

function looksAt(
  of: Record<string, string>,
  { config, prefix, says }: { config: Config; prefix: string; says: Said },
): Look[] {
  return [
    // A period of a day, because a held review is assessed once a day: one mail when the hold begins, and one when it
    // ends.
    { id: `${prefix}brake tripped`, metric: figure("brakeTripped", of, day), says: says.brakeTripped },
    { id: `${prefix}snapshot incomplete`, metric: figure("incomplete", of), says: says.incomplete, isEvent: true },
    { id: `${prefix}removals unresolved`, metric: figure("unresolved", of), says: says.unresolved, isEvent: true },
    { id: `${prefix}decisions unreadable`, metric: figure("badDecisionFiles", of, day), says: says.badDecisions },
    { id: `${prefix}review unbalanced`, metric: figure("unbalanced", of), says: says.unbalanced, isEvent: true },
    { id: `${prefix}review left open`, metric: figure("leftOpen", of), says: says.leftOpen, isEvent: true },
    // Said when somebody stops or resumes, and daily while a review waits: silence changes nothing.
    {
      id: `${prefix}removals stopped`,
      metric: figure("stopped", of, Duration.minutes(5)),
      says: says.stopped,
      missing: "as before" as const,
    },
    ...(isWatched(config)
      ? [
          {
            id: `${prefix}did not begin`,
            metric: figure("notBegunDays", of, day),
            says: says.notBegun,
            missing: "bad" as const,
          },
          {
            id: `${prefix}not sealed`,
            metric: figure("notSealedDays", of, day),
            says: says.notSealed,
            missing: "bad" as const,
          },
        ]
      : []),
  ];
}

const day = Duration.days(1);
