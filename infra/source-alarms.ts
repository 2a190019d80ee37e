import { Duration } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import type { metricNames } from "../functions/config/metric-names.ts";
import { alarmPhrases } from "./alarm-phrases.ts";
import { invokeCommand, startCommand } from "./commands.ts";
import { figure } from "./figure.ts";
import { hasManySources } from "./many-sources.ts";
import { overdueAfter } from "./review-schedule.ts";
import type { StageFunctions, StageName } from "./stage-function.ts";

/** What an alarm looks at, and says. `isMissingBad`: it rings, too, where nobody reports the figure. */
export type Look = { id: string; metric: IMetric; says: string; isMissingBad?: boolean };

/** What alarms look at of the sources: of each by itself, or of many at once. */
export function looksAtSources(scope: Construct, config: Config, functions: StageFunctions): Look[] {
  return hasManySources(config) ? looksAtAll(scope, config, functions) : looksAtEach(scope, config);
}

function looksAtEach(scope: Construct, config: Config): Look[] {
  const phrases = alarmPhrases[config.language];
  return config.sources.flatMap(({ id }) => {
    const of = { source: id };
    const says = {
      brakeTripped: phrases.brakeTripped(id, invokeCommand(scope, "expire", { ...of, ...approval })),
      incomplete: phrases.incomplete(id),
      unresolved: phrases.unresolved(id),
      overdue: phrases.overdue(id, startCommand(scope, of)),
      badDecisions: phrases.badDecisions(id),
    };
    return looksAt(of, { config, prefix: `${id} `, says });
  });
}

/** One alarm for all sources, as CloudFormation takes 500 resources; the figure has no source, its log line does. */
function looksAtAll(scope: Construct, config: Config, functions: StageFunctions): Look[] {
  const phrases = alarmPhrases[config.language].ofMany;
  const which = (name: Alarming, ...stages: Exclude<StageName, "send">[]): string =>
    whichCommand(
      name,
      stages.map((stage) => functions[stage].logGroup.logGroupName),
    );
  const of = { source: "SOURCE" };
  const approve = invokeCommand(scope, "expire", { ...of, ...approval });
  const says = {
    brakeTripped: phrases.brakeTripped(which("brakeTripped", "assess", "expire"), approve),
    incomplete: phrases.incomplete(which("incomplete", "snapshot")),
    unresolved: phrases.unresolved(which("unresolved", "expire", "seal")),
    overdue: phrases.overdue(which("overdueDays", "seal"), startCommand(scope, of)),
    badDecisions: phrases.badDecisions(which("badDecisionFiles", "assess", "expire")),
  };
  return looksAt({}, { config, prefix: "", says });
}

type Alarming = (typeof metricNames.alarming)[number];

const approval = { approve: "PLAN_HASH", by: "NAME", reason: "WHY" };

/** Prints what the stages answered in the last day where this figure is not nought: each line has its source and review. */
function whichCommand(name: Alarming, logs: string[]): string {
  return (
    `for log in ${logs.join(" ")}; do aws logs filter-log-events --log-group-name $log ` +
    `--start-time $(($(date +%s)-86400))000 --filter-pattern '{ ($.message = "answered") && ($.${name} > 0) }' ` +
    "--query 'events[].message' --output text; done"
  );
}

type Said = Record<"brakeTripped" | "incomplete" | "unresolved" | "overdue" | "badDecisions", string>;

function isWatched(config: Config): boolean {
  return config.schedule?.enabled === true && overdueAfter(config) !== null;
}

function looksAt(
  of: Record<string, string>,
  { config, prefix, says }: { config: Config; prefix: string; says: Said },
): Look[] {
  return [
    // A day, as a held review is looked at once a day: one mail when it begins, one when it ends.
    { id: `${prefix}brake tripped`, metric: figure("brakeTripped", of, day), says: says.brakeTripped },
    { id: `${prefix}snapshot incomplete`, metric: figure("incomplete", of), says: says.incomplete },
    { id: `${prefix}removals unresolved`, metric: figure("unresolved", of), says: says.unresolved },
    { id: `${prefix}decisions unreadable`, metric: figure("badDecisionFiles", of, day), says: says.badDecisions },
    ...(isWatched(config)
      ? [{ id: `${prefix}overdue`, metric: figure("overdueDays", of, day), says: says.overdue, isMissingBad: true }]
      : []),
  ];
}

const day = Duration.days(1);
