import type { Config, MessageConfig, SourceConfig } from "./config.ts";
import { longestGapDays } from "./cron.ts";
import { type ConfigFault, faultAt, type Path } from "./fault.ts";

const example = "see docs/access-review.example.yaml";
const isCompany = "is the embedded company: name a real";
const mustBeSecure = `must be https: a Lambda has no server of its own (${example})`;
const mustBeManaged = `must be secretsmanager:NAME: a Lambda reads no env: or file: secret (${example})`;

/** Faults of a source that only a deployment has: secrets and hosts that no Lambda reaches. */
function sourceFaults({ baseUrl, credentials }: SourceConfig, index: number): ConfigFault[] {
  const path = ["sources", index];
  if (baseUrl === "sandbox") return [faultAt([...path, "baseUrl"], `${isCompany} tenant's host (${example})`)];
  const unmanaged = (["read", "write"] as const).filter(
    (use) => credentials?.[use].startsWith("secretsmanager:") === false,
  );
  return [
    ...(baseUrl.startsWith("http:") ? [faultAt([...path, "baseUrl"], mustBeSecure)] : []),
    ...unmanaged.map((use) => faultAt([...path, "credentials", use], mustBeManaged)),
  ];
}

/** The same of a way to tell people. */
function messageFaults(message: MessageConfig, index: number): ConfigFault[] {
  const path = ["messages", index];
  if (message.to === "sns") return [];
  const { baseUrl, credentials } = message;
  if (baseUrl === "sandbox") return [faultAt([...path, "baseUrl"], `${isCompany} chat or bot (${example})`)];
  return [
    ...(baseUrl?.startsWith("http:") ? [faultAt([...path, "baseUrl"], mustBeSecure)] : []),
    ...(credentials?.startsWith("secretsmanager:") ? [] : [faultAt([...path, "credentials"], mustBeManaged)]),
  ];
}

/** The same of events. */
function eventFaults({ events }: Config): ConfigFault[] {
  if (!events) return [];
  if (events.baseUrl === "sandbox") return [faultAt(["events", "baseUrl"], `${isCompany} tenant's host (${example})`)];
  return events.credentials?.startsWith("secretsmanager:") ? [] : [faultAt(["events", "credentials"], mustBeManaged)];
}

/** The same of a desk that the stack is to serve. A desk that somebody else serves is no part of the stack. */
function deskFaults({ desk }: Config): ConfigFault[] {
  if (desk?.hosting !== "aws") return [];
  const { provider, credentials } = desk.signIn;
  if (provider === "sandbox")
    return [faultAt(["desk", "signIn", "provider"], `${isCompany} tenant's sign-in (${example})`)];
  return credentials?.startsWith("secretsmanager:") ? [] : [faultAt(["desk", "signIn", "credentials"], mustBeManaged)];
}

/** CloudFormation takes 500 resources. The rest of the stack has up to 200. */
const mostSecrets = 300;

function secretFaults({ sources, aws }: Config): ConfigFault[] {
  const names = new Set(sources.flatMap(({ credentials }) => (credentials ? Object.values(credentials) : [])));
  if (!aws.createSecrets || names.size <= mostSecrets) return [];
  const message = `must be false: the stack cannot make ${names.size} secrets; make them yourself, tagged (docs/aws.md, "Many sources")`;
  return [faultAt(["aws", "createSecrets"], message)];
}

/** Whoever begins a review reads the one before: it must not have been deleted meanwhile. */
function deletionFaults({ schedule, aws: { deleteAfterDays } }: Config): ConfigFault[] {
  const gapDays = schedule && longestGapDays(schedule.cron);
  if (!gapDays || deleteAfterDays === undefined || deleteAfterDays > gapDays) return [];
  const message = `is ${deleteAfterDays}, and up to ${gapDays} days lie between two reviews, each of which reads the one before: write more than ${gapDays}`;
  return [faultAt(["aws", "deleteAfterDays"], message)];
}

/** Somebody must be told of alarms: silence by oversight looks like all is well. */
function alarmFaults({ aws: { alarms, alarmEmails, alarmTopicArn } }: Config): ConfigFault[] {
  if (alarms === "none" || alarmEmails.length > 0 || alarmTopicArn !== undefined) return [];
  const message = `names nobody who is told of alarms: write alarmEmails: [you@example.com], or alarmTopicArn with a topic that exists, or alarms: none where nobody is to be told (${example})`;
  return [faultAt(["aws"], message)];
}

/** Whether X-Ray traces Lambda in a region. https://docs.amazonaws.cn/en_us/aws/latest/userguide/lambda.html */
export function canTrace(region: string): boolean {
  return !isChina(region);
}

function isChina(region: string): boolean {
  return region.startsWith("cn-");
}

/** The partition in the ARNs of a region. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
function partitionOf(region: string): string {
  if (isChina(region)) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** The ARNs in the configuration, by where they stand. */
function arnsIn({ aws, desk, messages }: Config): { path: Path; arn: string }[] {
  const listed = (path: Path, arns: readonly string[]) => arns.map((arn, at) => ({ path: [...path, at], arn }));
  const named: { path: Path; arn: string | undefined }[] = [
    ...Object.entries(aws.deciders).flatMap(([source, arns]) => listed(["aws", "deciders", source], arns)),
    ...listed(["aws", "breakGlass"], aws.breakGlass),
    { path: ["aws", "alarmTopicArn"], arn: aws.alarmTopicArn },
    { path: ["aws", "evidenceKey"], arn: aws.evidenceKey },
    { path: ["aws", "replicateTo", "keyArn"], arn: aws.replicateTo?.keyArn },
    { path: ["desk", "domain", "certificateArn"], arn: desk?.domain?.certificateArn },
    ...messages.map((message, at) => ({
      path: ["messages", at, "topicArn"],
      arn: message.to === "sns" ? message.topicArn : undefined,
    })),
  ];
  return named.flatMap(({ path, arn }) => (arn === undefined ? [] : [{ path, arn }]));
}

/** Why a configuration cannot be deployed to this region. */
export function refuseInRegion(config: Config, region: string): ConfigFault[] {
  const { desk, aws } = config;
  const partition = partitionOf(region);
  const regionOfArn = (arn: string): string => arn.split(":")[3] ?? "";
  const foreign = arnsIn(config).flatMap(({ path, arn }) => {
    const [, of] = arn.split(":");
    if (of === partition) return [];
    return [faultAt(path, `is of the partition ${of}, and ${region} is of ${partition}: name one of ${region}'s own`)];
  });
  return [
    ...(desk?.hosting === "aws" && isChina(region)
      ? [
          faultAt(
            ["desk", "hosting"],
            `is aws, and in ${region} API Gateway lets nobody in who has not signed the request, but for an account with an ICP filing: write self, and serve it in your network (docs/desk.md)`,
          ),
        ]
      : []),
    ...(aws.tracing === true && !canTrace(region)
      ? [faultAt(["aws", "tracing"], `is true, and X-Ray does not trace Lambda in ${region}: take it out`)]
      : []),
    ...(aws.replicateTo && regionOfArn(aws.replicateTo.keyArn) === region
      ? [
          faultAt(
            ["aws", "replicateTo", "keyArn"],
            `is a key of ${region}, as the stack: name a bucket and a key of another region`,
          ),
        ]
      : []),
    ...(aws.alarmTopicArn && regionOfArn(aws.alarmTopicArn) !== region
      ? [faultAt(["aws", "alarmTopicArn"], `is no topic of ${region}: CloudWatch tells topics of its own region alone`)]
      : []),
    ...(aws.evidenceKey && regionOfArn(aws.evidenceKey) !== region
      ? [faultAt(["aws", "evidenceKey"], `is no key of ${region}: name the key that encrypts the bucket there`)]
      : []),
    ...foreign,
  ];
}

/**
 * Why a valid configuration cannot be deployed; to `region`, where that is known. `store` is not looked at: on AWS the
 * stack's own bucket is used.
 */
export function refuseOnAws(config: Config, region = config.aws.env?.region): ConfigFault[] {
  const unscheduled = config.schedule
    ? []
    : [faultAt(["schedule"], `is missing: the stack has to know when to review (${example})`)];
  return [
    ...unscheduled,
    ...config.sources.flatMap(sourceFaults),
    ...config.messages.flatMap(messageFaults),
    ...deskFaults(config),
    ...eventFaults(config),
    ...secretFaults(config),
    ...deletionFaults(config),
    ...alarmFaults(config),
    ...(region ? refuseInRegion(config, region) : []),
  ];
}
