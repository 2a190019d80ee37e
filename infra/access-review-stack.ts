import { Duration, Stack } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { alarmOnTampering, createAudit } from "./audit.ts";
import { printCommands } from "./commands.ts";
import { createDeskAlarms, createDeskApi, createServerRole, grantActs } from "./desk.ts";
import { createEvidenceBucket, grantDeciding, grantStore } from "./evidence-bucket.ts";
import { guardEvidence } from "./evidence-policy.ts";
import { createFixedEgress } from "./fixed-egress.ts";
import { createAccessLogs } from "./guarded-bucket.ts";
import { createSigningKey, createStoreKey, grantSigning, guardKeys } from "./keys.ts";
import { grantPublishing } from "./message-topics.ts";
import { acknowledgeFindings, acknowledgeOpenApi } from "./nag-acknowledgements.ts";
import { createOverdueWatch } from "./overdue-watch.ts";
import { createAlarmTopic, createReviewAlarms } from "./review-alarms.ts";
import { createReviewDashboard } from "./review-dashboard.ts";
import { createReviewQuestions } from "./review-questions.ts";
import { createReviewSchedules, overdueAfter } from "./review-schedule.ts";
import { createReviewStateMachine } from "./review-state-machine.ts";
import { createReviewTables } from "./review-tables.ts";
import { type Access, createSourceSecrets, grantSecrets, grantTaggedSecrets } from "./source-secrets.ts";
import { createStageFunction, type StageFunctions, type StageName } from "./stage-function.ts";
import { storeRights } from "./store-rights.ts";
import type { ToolVersion } from "./tool-version.ts";

/**
 * Access reviews on AWS: the evidence bucket, the sources' secrets, a Lambda for each stage, state machines, schedules
 * and alarms.
 */
export class AccessReviewStack extends Stack {
  constructor(scope: Construct, id: string, { config, tool }: { config: Config; tool: ToolVersion }) {
    super(scope, id, { description: "Access reviews that run by themselves" });

    const key = createStoreKey(this);
    const signingKey = createSigningKey(this);
    const logs = createAccessLogs(this);
    const bucket = createEvidenceBucket(this, { key, logs });
    const secrets = createSourceSecrets(this, config);
    const { proxy, fixedEgress } = config.aws;
    const egress = fixedEgress ? createFixedEgress(this, proxy?.https ?? null) : null;
    const deadLetters = createDeadLetters(this);
    const environment = {
      EVIDENCE_BUCKET: bucket.bucketName,
      STACK_NAME: this.stackName,
      SIGNING_KEY: signingKey.keyArn,
      TOOL_VERSION: tool.version,
      ...(tool.commit ? { TOOL_COMMIT: tool.commit } : {}),
      ...(proxy ? { HTTPS_PROXY: proxy.https, NO_PROXY: proxy.noProxy.join(",") } : {}),
    };

    const stage = (name: StageName, secretsFor: Access[]) => {
      const lambda = createStageFunction(this, name, { config, environment, deadLetters, egress });
      grantStore(bucket, lambda, storeRights[name]);
      grantSecrets(secrets, lambda, secretsFor);
      if (!config.aws.createSecrets) grantTaggedSecrets(lambda, secretsFor);
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
      ...(config.messages.length > 0 ? { send: stage("send", ["messages"]) } : {}),
      ...(config.desk?.hosting === "aws" ? { desk: stage("desk", ["desk"]) } : {}),
    };
    grantActs(functions);
    const server = config.desk?.hosting === "self" ? createServerRole(this) : null;
    if (server) grantStore(bucket, server, storeRights.desk);
    if (functions.send) grantPublishing(functions.send, config);
    grantSigning(signingKey, functions.seal);

    const { deciders, retention, breakGlass } = config.aws;
    grantDeciding(bucket, deciders);
    const roles = Object.entries(functions).map(([name, { role }]) => [name, role!.roleArn]);
    if (server) roles.push(["desk", server.roleArn]);
    guardEvidence(bucket, { roleArns: Object.fromEntries(roles), retention, deciders, breakGlass });
    guardKeys({ key, signingKey }, { signer: functions.seal.role!.roleArn, breakGlass });

    const database = createReviewTables(this, bucket);
    createReviewQuestions(this, { config, database, key, logs });

    const topic = createAlarmTopic(this, { config, key });
    const trailName = config.aws.audit ? createAudit(this, { config, bucket, logs }) : null;
    alarmOnTampering(this, { config, bucket, keys: [key, signingKey], trailName, topic });
    const review = createReviewStateMachine(this, { config, functions, topic, key });
    const overdueAfterDays = overdueAfter(config);
    const watch = overdueAfterDays
      ? createOverdueWatch(this, { config, seal: functions.seal, overdueAfterDays })
      : null;
    createReviewSchedules(this, config, { review, watch, deadLetters });
    const alarms = createReviewAlarms(this, config, { functions, review, watch, deadLetters, topic });
    if (config.desk && functions.desk) {
      const served = createDeskApi(this, { desk: config.desk, lambda: functions.desk });
      alarms.push(...createDeskAlarms(this, config, { ...served, topic }));
      acknowledgeOpenApi(served.api);
    }
    createReviewDashboard(this, config, alarms);
    printCommands(this, config, { review, signingKey });
    acknowledgeFindings({ bucket, functions, server, review, watch, secrets });
  }
}

/** Keeps events that could not be delivered to a function or state machine, for two weeks. */
function createDeadLetters(scope: Construct): Queue {
  return new Queue(scope, "dead letters", {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
}
