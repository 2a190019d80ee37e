import type { Config } from "../functions/config/config.ts";
import { prices } from "./prices.ts";

/** What of a synthesised template is read here. */
export type StackTemplate = { Resources?: Record<string, { Type: string; Properties?: Record<string, unknown> }> };

const secretScheme = "secretsmanager:";

/** What costs money while nothing runs, by the type of the resource: US dollars a month each, without what each review takes. */
const monthly: Readonly<Record<string, number>> = {
  "AWS::KMS::Key": prices.kmsKeyMonth,
  "AWS::SecretsManager::Secret": prices.secretMonth,
  "AWS::EC2::NatGateway": prices.natGatewayMonth,
  "AWS::EC2::EIP": prices.publicAddressMonth,
};

/**
 * What the stacks are made of, what they cost a month while nothing runs, and what is left to do before and after the
 * deployment, as lines of text. `configFile`: as the user named it.
 */
export function describeStacks(templates: StackTemplate[], config: Config, configFile: string): string[] {
  const resources = templates.flatMap(({ Resources = {} }) => Object.values(Resources));
  const counts = Map.groupBy(resources, ({ Type }) => Type);
  const types = [...counts].map(([type, of]) => [type, of.length] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `${resources.length} resources of ${types.length} types:`,
    ...types.map(([type, count]) => `  ${String(count).padStart(4)}  ${type}`),
    "",
    `About US$ ${monthlyDollars(resources).toFixed(2)} a month while nothing runs, by list prices of us-east-1 (infra/prices.ts); a review of 50,000 people adds some 14 cents (docs/aws.md).`,
    "",
    ...nextSteps(config, configFile),
  ];
}

function monthlyDollars(resources: { Type: string; Properties?: Record<string, unknown> }[]): number {
  return resources.reduce((sum, { Type, Properties }) => {
    if (Type !== "AWS::CloudWatch::Alarm") return sum + (monthly[Type] ?? 0);
    return sum + metricsOf(Properties) * prices.alarmMetricMonth;
  }, 0);
}

/** An alarm costs by the metrics that it looks at. */
function metricsOf(properties: Record<string, unknown> = {}): number {
  const { Metrics: metrics } = properties;
  if (!Array.isArray(metrics)) return 1;
  return metrics.filter((metric) => (metric as { MetricStat?: unknown }).MetricStat !== undefined).length || 1;
}

/** What is missing until somebody is reviewed, in the order in which it is done. */
function nextSteps(config: Config, configFile: string): string[] {
  const secrets = secretsOf(config);
  const steps = [
    "once an account and region: npx cdk bootstrap",
    `npx cdk deploy -c config=${configFile}`,
    ...(secrets.length > 0
      ? [`${config.aws.createSecrets ? "enter" : "make, and enter"} the JSON of each secret: ${secrets.join(", ")}`]
      : []),
    ...(config.aws.alarmEmails.length > 0
      ? [
          `confirm the mail that comes to ${config.aws.alarmEmails.length === 1 ? "the address" : "each address"} of aws.alarmEmails`,
        ]
      : [
          config.aws.alarmTopicArn
            ? "let CloudWatch, EventBridge and the state machine publish to aws.alarmTopicArn (docs/aws.md)"
            : "nobody is told of alarms, as aws.alarms is none: aws.alarmEmails names somebody",
        ]),
    ...(config.mode === "report" ? ["read a report or two, then write mode: enforce"] : []),
    ...(config.schedule?.enabled ? [] : ["no review begins by itself: write schedule, or begin each by hand"]),
  ];
  return ["To deploy it:", ...steps.map((step, at) => `  ${at + 1}. ${step}`)];
}

/** The names of the secrets in Secrets Manager that the configuration uses, each once. */
function secretsOf({ sources, messages, desk, events }: Config): string[] {
  const references = [
    ...sources.flatMap(({ credentials }) => (credentials ? [credentials.read, credentials.write] : [])),
    ...messages.flatMap((message) => ("credentials" in message && message.credentials) || []),
    ...(desk?.signIn.credentials ? [desk.signIn.credentials] : []),
    ...(desk?.hosting === "aws" && events?.credentials ? [events.credentials] : []),
  ];
  const named = references.filter((reference) => reference.startsWith(secretScheme));
  return [...new Set(named.map((reference) => reference.slice(secretScheme.length)))].sort();
}
