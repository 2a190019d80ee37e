import { Duration, Stack, Tags, Token } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { CfnLogGroup } from "aws-cdk-lib/aws-logs";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { refuseInRegion } from "../functions/config/deployable.ts";
import { formatFaults } from "../functions/config/fault.ts";
import { alarmOnTampering, createAudit } from "./audit.ts";
import { printCommands, printSecretCommands } from "./commands.ts";
import { createDeskAlarms, createDeskApi, createServerRole, grantActs } from "./desk.ts";
import { createEgress } from "./egress.ts";
import { createEventQueue, looksAtEvents, receivesEvents } from "./events.ts";
import { createEvidenceBucket, grantDeciding, grantStore } from "./evidence-bucket.ts";
import { guardEvidence } from "./evidence-policy.ts";
import { createAccessLogs } from "./guarded-bucket.ts";
import { createSigningKey, createStoreKey, grantSigning, guardKeys } from "./keys.ts";
import { grantPublishing } from "./message-topics.ts";
import { acknowledgeFindings, acknowledgeOpenApi } from "./nag-acknowledgements.ts";
import { createOverdueWatch } from "./overdue-watch.ts";
import { createAlarmTopic, createReviewAlarms } from "./review-alarms.ts";
import { createReviewDashboard } from "./review-dashboard.ts";
import { createReviewQuestions } from "./review-questions.ts";
import { createReviewSchedules, watchedAfter } from "./review-schedule.ts";
import { createReviewStateMachine } from "./review-state-machine.ts";
import { createReviewTables } from "./review-tables.ts";
import { type Access, createSourceSecrets, grantSecrets, grantTaggedSecrets } from "./source-secrets.ts";
import { createStageFunction, type StageFunctions, type StageName } from "./stage-function.ts";
import { storeRights } from "./store-rights.ts";
import { type ToolVersion, toolVersion } from "./tool-version.ts";
import { isTraced } from "./tracing.ts";

/** The configuration, as `readDeployable` gives it, and the version that evidence names. */
export type AccessReviewProps = { config: Config; tool?: ToolVersion };

/**
 * Access reviews on AWS: the evidence bucket, the sources' secrets, a Lambda for each stage, state machines, schedules
 * and alarms. A stack takes one, as names begin with the stack's. Throws where the configuration cannot be deployed to the
 * stack's region.
 */
export class AccessReview extends Construct {
  /** The bucket of all evidence, decisions and checkpoints. */
  readonly bucket: IBucket;
  /** The topic of all alarms and of plans that are held. */
  readonly topic: ITopic;
  /** Reviews every source: takes `{}`, `{"source"}` or `{"source","review"}`. */
  readonly machine: StateMachine;
  /** The Lambda of each stage, and of what people do by hand; `send`, `desk` and `events` only if the configuration has them. */
  readonly functions: StageFunctions;
  /** Where people decide signed in; null without a desk. */
  readonly deskUrl: string | null;

  constructor(scope: Construct, id: string, { config, tool = toolVersion() }: AccessReviewProps) {
    super(scope, id);
    const stack = Stack.of(this);
    refuseHere(this, config);
    const { aws } = config;

    const key = createStoreKey(this);
    const signingKey = createSigningKey(this);
    const logs = createAccessLogs(this);
    const bucket = createEvidenceBucket(this, { aws, key, logs, hasEvents: receivesEvents(config) });
    const secrets = createSourceSecrets(this, config);
    const egress = createEgress(this, aws);
    const deadLetters = createDeadLetters(this);
    const environment = {
      EVIDENCE_BUCKET: bucket.bucketName,
      STACK_NAME: stack.stackName,
      SIGNING_KEY: signingKey.keyArn,
      TOOL_VERSION: tool.version,
      ...(tool.commit ? { TOOL_COMMIT: tool.commit } : {}),
      ...(aws.proxy ? { HTTPS_PROXY: aws.proxy.https, NO_PROXY: aws.proxy.noProxy.join(",") } : {}),
    };

    const stage = (name: StageName, secretsFor: Access[]) => {
      const lambda = createStageFunction(this, name, { config, environment, deadLetters, egress });
      grantStore(bucket, lambda, storeRights[name]);
      grantSecrets(secrets, lambda, secretsFor);
      if (!aws.createSecrets) grantTaggedSecrets(lambda, secretsFor);
      return lambda;
    };
    const functions: StageFunctions = {
      snapshot: stage("snapshot", ["read"]),
      assess: stage("assess", []),
      expire: stage("expire", ["read", "write"]),
      approve: stage("approve", []),
      stop: stage("stop", []),
      restore: stage("restore", ["read", "write"]),
      seal: stage("seal", ["read"]),
      check: stage("check", ["read", "write", "messages"]),
      ...(config.messages.length > 0 ? { send: stage("send", ["messages"]) } : {}),
      ...(config.desk?.hosting === "aws" ? { desk: stage("desk", ["desk"]) } : {}),
      ...(receivesEvents(config) ? { events: stage("events", []) } : {}),
    };
    const server = config.desk?.hosting === "self" ? createServerRole(this, bucket) : null;
    if (server) grantStore(bucket, server, storeRights.desk);
    const desk = functions.desk ?? server;
    if (desk) grantActs(functions, desk);
    if (functions.send) grantPublishing(functions.send, config);
    grantSigning(signingKey, functions.seal);

    const { deciders, retention, breakGlass } = aws;
    grantDeciding(bucket, deciders);
    const roles = Object.entries(functions).map(([name, { role }]) => [name, role!.roleArn]);
    if (server) roles.push(["desk", server.roleArn]);
    guardEvidence(bucket, { roleArns: Object.fromEntries(roles), retention, deciders, breakGlass });
    const { topic, key: alarmKey } = createAlarmTopic(this, { config });
    const others = alarmKey ? [key, alarmKey] : [key];
    guardKeys({ signingKey, others }, { signer: functions.seal.role!.roleArn, breakGlass });

    const database = createReviewTables(this, bucket);
    createReviewQuestions(this, { config, database, key, logs });

    const trailName = aws.audit ? createAudit(this, { config, bucket, logs }) : null;
    alarmOnTampering(this, { config, bucket, keys: [...others, signingKey], trailName, topic });
    const machine = createReviewStateMachine(this, { config, functions, topic, key: alarmKey });
    const overdueAfterDays = watchedAfter(config);
    const watch = overdueAfterDays
      ? createOverdueWatch(this, { config, seal: functions.seal, topic, overdueAfterDays })
      : null;
    createReviewSchedules(this, config, { review: machine, watch, deadLetters });
    const eventQueues = functions.events ? createEventQueue(this, { functions, review: machine }) : null;
    const more = eventQueues ? looksAtEvents(config, eventQueues) : [];
    const watched = { functions, review: machine, watch, deadLetters, topic, bucket, more };
    const alarms = createReviewAlarms(this, config, watched);
    let deskUrl = config.desk?.url ?? null;
    if (config.desk && functions.desk) {
      const served = createDeskApi(this, { desk: config.desk, lambda: functions.desk });
      alarms.push(...createDeskAlarms(this, config, { ...served, topic }));
      acknowledgeOpenApi(served.api);
      deskUrl = served.address;
    }
    createReviewDashboard(this, config, alarms);
    printCommands(this, config, { review: machine, signingKey });
    printSecretCommands(this, config);
    const traced = isTraced(this, config);
    acknowledgeFindings({ bucket, functions, server, review: machine, watch, secrets, isTraced: traced });
    encryptLogs(this, key);
    for (const [name, value] of Object.entries(aws.tags)) Tags.of(this).add(name, value);
    this.bucket = bucket;
    this.topic = topic;
    this.machine = machine;
    this.functions = functions;
    this.deskUrl = deskUrl;
  }
}

/** Throws every fault of the configuration in this stack, as CloudFormation would name one, after minutes. */
function refuseHere(construct: AccessReview, config: Config): void {
  const stack = Stack.of(construct);
  if (stack.node.findAll().some((other) => other instanceof AccessReview && other !== construct)) {
    throw new Error(
      `Cannot add ${construct.node.path} as the stack ${stack.stackName} has an AccessReview already: give each a stack of its own`,
    );
  }
  const faults = Token.isUnresolved(stack.region) ? [] : refuseInRegion(config, stack.region);
  if (faults.length > 0) throw new Error(formatFaults("access-review.yaml", faults));
}

/** Encrypts every log group with the stack's key, whichever part of the stack made it. */
function encryptLogs(construct: Construct, key: IKey): void {
  for (const child of construct.node.findAll()) if (child instanceof CfnLogGroup) child.kmsKeyId = key.keyArn;
}

/** Keeps events that could not be delivered to a function or state machine, for two weeks. */
function createDeadLetters(scope: Construct): Queue {
  return new Queue(scope, "dead letters", {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
}
