import { Duration, Stack } from "aws-cdk-lib";
import { ReadWriteType, Trail } from "aws-cdk-lib/aws-cloudtrail";
import { Rule, RuleTargetInput } from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import { AnyPrincipal, Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Key } from "aws-cdk-lib/aws-kms";
import { Bucket, BucketEncryption, type IBucket, ObjectLockRetention } from "aws-cdk-lib/aws-s3";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { AwsConfig, Config } from "../functions/config/config.ts";
import { alarmPhrases } from "./alarm-phrases.ts";
import { guarded, keepPolicy, logAccess } from "./guarded-bucket.ts";

type AuditProps = { config: Config; bucket: IBucket; logs: Bucket };

/**
 * Records by CloudTrail who reads and writes evidence and decisions, and who changes anything in the account and region.
 * The records have a bucket of their own, are locked for as long as evidence is, and are deleted by nobody.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
 */
export function createAudit(scope: Construct, { config, bucket, logs }: AuditProps): string {
  const trailName = `${Stack.of(scope).stackName}-audit`;
  const records = createRecords(scope, config.aws, logs);
  const trail = new Trail(scope, "audit", {
    trailName,
    bucket: records as IBucket,
    isMultiRegionTrail: false,
    includeGlobalServiceEvents: false,
    enableFileValidation: true,
    // EventBridge knows of the management events that a trail records. Writes alone, as each use of a key is a read.
    managementEvents: ReadWriteType.WRITE_ONLY,
  });
  const people = ["reviews/", "decisions/"].map((objectPrefix) => ({ bucket, objectPrefix }));
  trail.addS3EventSelector(people, { readWriteType: ReadWriteType.ALL, includeManagementEvents: false });
  return trailName;
}

function createRecords(scope: Construct, { retention, deleteAfterDays }: AwsConfig, logs: Bucket): Bucket {
  const duration = Duration.days(retention.days);
  const isCompliance = retention.mode === "compliance";
  const records = new Bucket(scope, "audit records", {
    ...guarded,
    versioned: true,
    encryption: BucketEncryption.S3_MANAGED,
    objectLockEnabled: true,
    objectLockDefaultRetention: isCompliance
      ? ObjectLockRetention.compliance(duration)
      : ObjectLockRetention.governance(duration),
    ...(deleteAfterDays === undefined
      ? {}
      : {
          lifecycleRules: [
            { expiration: Duration.days(deleteAfterDays), noncurrentVersionExpiration: Duration.days(1) },
          ],
        }),
  });
  keepPolicy(records);
  logAccess(records, logs, "audit/");
  records.addToResourcePolicy(
    new PolicyStatement({
      sid: "RecordsAreKept",
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"],
      resources: [records.arnForObjects("*")],
    }),
  );
  return records;
}

type Tampering = { config: Config; bucket: IBucket; keys: Key[]; trailName: string | null; topic: ITopic };

const bucketChanges = [
  "PutBucketPolicy",
  "DeleteBucketPolicy",
  "PutBucketVersioning",
  "PutBucketLifecycle",
  "PutBucketReplication",
  "PutBucketObjectLockConfiguration",
];

/**
 * Notifies the topic where somebody disables or deletes a key, or changes who may use the keys, the bucket or the audit
 * trail: the ways past every policy. Attempts that were denied count as well. Without a trail in the account, be it
 * another one, EventBridge hears of none. The message names nobody, as many read it: CloudTrail's event does.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export function alarmOnTampering(scope: Construct, { config, bucket, keys, trailName, topic }: Tampering): void {
  const { tampered } = alarmPhrases[config.language];
  const tell = (id: string, source: string, eventName: string[], requestParameters: Record<string, string[]>): void => {
    const rule = new Rule(scope, id, {
      eventPattern: {
        source: [source],
        detailType: ["AWS API Call via CloudTrail"],
        detail: { eventName, requestParameters },
      },
    });
    rule.addTarget(new SnsTopic(topic, { message: RuleTargetInput.fromText(tampered) }));
  };
  const keyId = keys.flatMap((key) => [key.keyId, key.keyArn]);
  tell("keys touched", "aws.kms", ["DisableKey", "ScheduleKeyDeletion", "PutKeyPolicy"], { keyId });
  tell("bucket touched", "aws.s3", bucketChanges, { bucketName: [bucket.bucketName] });
  if (trailName === null) return;
  const trail = [
    trailName,
    Stack.of(scope).formatArn({ service: "cloudtrail", resource: "trail", resourceName: trailName }),
  ];
  tell("trail touched", "aws.cloudtrail", ["StopLogging", "DeleteTrail", "UpdateTrail"], { name: trail });
  tell("trail narrowed", "aws.cloudtrail", ["PutEventSelectors"], { trailName: trail });
}
