import { Aws, Duration } from "aws-cdk-lib";
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  SingleValueWidget,
  Stats,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { metricNames } from "../functions/config/metric-names.ts";
import { figure } from "./figure.ts";
import { hasManySources } from "./many-sources.ts";
import { stageEntries } from "./stage-function.ts";

const day = Duration.days(1);

/** The dashboard of the reviews: alarms, metrics of each source, and metrics of each stage. */
export function createReviewDashboard(scope: Construct, config: Config, alarms: Alarm[]): void {
  const { ofSources, ofStages } = hasManySources(config) ? searched : listed(config);
  const graph = (title: string, left: IMetric[]): GraphWidget => new GraphWidget({ title, left, width: 12 });
  new Dashboard(scope, "dashboard", {
    defaultInterval: Duration.days(400),
    widgets: [
      [new AlarmStatusWidget({ title: "Alarms", alarms: alarms.slice(0, 100), width: 24 })],
      [
        new SingleValueWidget({ title: "Grants", metrics: ofSources(["grants"]), width: 12 }),
        graph("Findings by rule", [search("source,rule", "findings")]),
      ],
      [
        graph("Outcomes", ofSources(["revoked", "refused", "failed", "unverified"])),
        graph("Held and pending", ofSources(["held", "pending", "brakeTripped"])),
      ],
      [graph("Duration", ofStages("durationMs", Stats.MAXIMUM)), graph("Days overdue", ofSources(["overdueDays"]))],
      [
        graph("Calls", ofStages("calls", Stats.SUM)),
        graph("Refusals by rate limit", ofStages("rateLimitRefusals", Stats.SUM)),
      ],
      [graph("Hours that leavers kept access", ofSources(["LeaverHours"]))],
    ],
  });
}

type Shown = {
  ofSources(names: string[]): IMetric[];
  ofStages(name: string, statistic: string): IMetric[];
};

function listed({ sources }: Config): Shown {
  return {
    ofSources: (names) =>
      sources.flatMap(({ id }) =>
        names.map((name) => figure(name, { source: id }, day).with({ label: `${id} ${name}` })),
      ),
    ofStages: (name, statistic) =>
      sources.flatMap(({ id }) =>
        Object.keys(stageEntries).map((stage) =>
          figure(name, { source: id, stage }, day).with({ statistic, label: `${id} ${stage}` }),
        ),
      ),
  };
}

/**
 * Metrics of many sources, found by a CloudWatch search: a dashboard takes 2,500 listed metrics, and a graph takes 500.
 */
const searched: Shown = {
  ofSources: (names) => names.map((name) => search("source", name)),
  ofStages: (name, statistic) => [search("source,stage", name, statistic)],
};

/**
 * All metrics with these dimensions. Metrics of rules are always searched for, because rules change with the
 * configuration.
 */
function search(dimensions: string, name: string, statistic: string = Stats.MAXIMUM): MathExpression {
  return new MathExpression({
    expression: `SEARCH('{${metricNames.namespace},service,stack,${dimensions}} MetricName="${name}" stack="${Aws.STACK_NAME}"', '${statistic}', ${day.toSeconds()})`,
    usingMetrics: {},
    period: day,
    label: "",
  });
}
