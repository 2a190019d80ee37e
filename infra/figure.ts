import { Aws, Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { metricNames } from "../functions/config/metric-names.ts";

/**
 * The CloudWatch metric of a count that stages of this stack report: of one source, of one stage, or over all (without
 * dimensions).
 */
export function figure(name: string, dimensions: Record<string, string>, period = Duration.hours(1)): Metric {
  return new Metric({
    namespace: metricNames.namespace,
    metricName: name,
    dimensionsMap: { service: metricNames.service, stack: Aws.STACK_NAME, ...dimensions },
    statistic: "Maximum",
    period,
  });
}
