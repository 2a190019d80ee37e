import { CfnOutput, Duration, RemovalPolicy } from "aws-cdk-lib";
import { AnyPrincipal, ArnPrincipal, Effect, type IGrantable, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Bucket, BucketEncryption, BucketPolicy, type IBucket, type LifecycleRule } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import type { AwsConfig } from "../functions/config/config.ts";
import { ownDecisions } from "./evidence-policy.ts";
import { guarded, keepPolicy, logAccess } from "./guarded-bucket.ts";
import { replicate } from "./replication.ts";
import { isEvidence, isProgress, type StoreRights } from "./store-rights.ts";

/** `hasEvents`: the stack receives the provider's events. */
type EvidenceProps = { aws: AwsConfig; key: Key; logs: Bucket; hasEvents: boolean };

/** The bucket of all reviews: the stack's own, or the one that the configuration names. */
export function createEvidenceBucket(scope: Construct, props: EvidenceProps): IBucket {
  const bucket = props.aws.evidenceBucket === undefined ? ownBucket(scope, props) : takenOver(scope, props.aws);
  new CfnOutput(scope, "EvidenceBucket", { value: bucket.bucketName, description: "For --store s3://…" });
  return bucket;
}

/**
 * A bucket that exists, with the stack's policy: CloudFormation refuses where it has a policy already (docs/deploy.md).
 * Versions, Object Lock, lifecycle, encryption and replication are as its owner set them.
 */
function takenOver(scope: Construct, { evidenceBucket = "", evidenceKey }: AwsConfig): IBucket {
  const bucket = Bucket.fromBucketAttributes(scope, "evidence", {
    bucketName: evidenceBucket,
    ...(evidenceKey ? { encryptionKey: Key.fromKeyArn(scope, "evidence key", evidenceKey) } : {}),
  });
  const policy = new BucketPolicy(scope, "evidence policy", { bucket });
  policy.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  bucket.policy = policy;
  const refuseWhere = (conditions: Record<string, unknown>): void => {
    const resources = [bucket.bucketArn, bucket.arnForObjects("*")];
    const principals = [new AnyPrincipal()];
    policy.document.addStatements(
      new PolicyStatement({ effect: Effect.DENY, principals, actions: ["s3:*"], resources, conditions }),
    );
  };
  refuseWhere({ Bool: { "aws:SecureTransport": "false" } });
  refuseWhere({ NumericLessThan: { "s3:TlsVersion": 1.2 } });
  return bucket;
}

/**
 * The stack's own bucket: versioned, encrypted, private, TLS only, and retained when the stack is deleted. There is
 * no default Object Lock retention, because checkpoints must stay mutable: the stages set the lock on each object of
 * evidence.
 */
function ownBucket(scope: Construct, { aws, key, logs, hasEvents }: EvidenceProps): IBucket {
  const bucket = new Bucket(scope, "evidence", {
    ...guarded,
    versioned: true,
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    objectLockEnabled: true,
    lifecycleRules: [
      agedCheckpoints,
      oldCheckpoints,
      ...(hasEvents ? workedOffEvents : []),
      ...deletions(aws.deleteAfterDays),
    ],
  });
  keepPolicy(bucket);
  logAccess(bucket, logs);
  if (aws.replicateTo) replicate(scope, { bucket, key, to: aws.replicateTo });
  return bucket as IBucket; // CDK's types do not compile under exactOptionalPropertyTypes
}

/** What holds data of people beside checkpoints. */
const kept = ["reviews/", "decisions/", "tables/", "drift/"];

/**
 * Deletes reviews, decisions, tables and what events said after so many days. No policy of a bucket holds its lifecycle back, and Object
 * Lock does: what is locked for longer stays until the lock ends.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-lifecycle
 */
function deletions(deleteAfterDays: number | undefined): LifecycleRule[] {
  if (deleteAfterDays === undefined) return [];
  return kept.map((prefix) => ({
    id: `${prefix} after ${deleteAfterDays} days`,
    prefix,
    expiration: Duration.days(deleteAfterDays),
    noncurrentVersionExpiration: Duration.days(1),
  }));
}

/**
 * Deletes old checkpoints of reviews, which the store tags. Other objects below checkpoints/ must not expire: an
 * expired stop would let removals begin again, and the overdue watch would lose its start.
 */
const agedCheckpoints: LifecycleRule = {
  id: "checkpoints of reviews",
  prefix: "checkpoints/",
  tagFilters: { "access-review": "checkpoint" },
  expiration: Duration.days(60),
};

/**
 * Deletes old versions of checkpoints. A checkpoint is rewritten every few pages, and each version would be kept
 * forever.
 */
const oldCheckpoints: LifecycleRule = {
  id: "rewritten checkpoints",
  prefix: "checkpoints/",
  noncurrentVersionExpiration: Duration.days(7),
  abortIncompleteMultipartUploadAfter: Duration.days(7),
};

/**
 * Deletes events: their ids are known for 48 hours, and no longer. That one was worked off is known for longer than the event
 * itself, as S3 deletes some hours late: an event that outlived the mark would be worked off again.
 */
const workedOffEvents: LifecycleRule[] = [
  { id: "events", prefix: "checkpoints/_events/waiting/", expiration: Duration.days(3) },
  { id: "events worked off", prefix: "checkpoints/_events/seen/", expiration: Duration.days(10) },
];

/**
 * Grants a role or user these actions on the objects of these keys, or on the bucket without keys. Not
 * `Bucket.grantReadWrite`, which also grants deletes and wildcard actions.
 */
function allow(bucket: IBucket, grantee: IGrantable, actions: string[], keys?: readonly string[]): void {
  if (keys?.length === 0) return;
  const resources = keys ? keys.map((key) => bucket.arnForObjects(key)) : [bucket.bucketArn];
  const statement = new PolicyStatement({ actions, resources });
  if (grantee.grantPrincipal.addToPrincipalPolicy(statement).statementAdded) return;
  statement.addPrincipals(grantee.grantPrincipal as ArnPrincipal);
  bucket.addToResourcePolicy(statement);
}

/** Grants a function: list the store, and read and write its own objects. No function deletes: checkpoints age out. */
export function grantStore(bucket: IBucket, lambda: IGrantable, { reads, writes }: StoreRights): void {
  allow(bucket, lambda, ["s3:ListBucket"]);
  allow(bucket, lambda, ["s3:GetObject"], reads);
  allow(bucket, lambda, ["s3:PutObject"], writes);
  allow(bucket, lambda, ["s3:PutObjectRetention"], writes.filter(isEvidence));
  allow(bucket, lambda, ["s3:PutObjectTagging"], writes.filter(isProgress));
  bucket.encryptionKey?.grant(lambda, "kms:Decrypt", "kms:GenerateDataKey");
}

/**
 * Grants each configured decider, for the decider's sources: read reviews and decisions, and put and delete files in
 * the decider's own folder of decisions.
 */
export function grantDeciding(bucket: IBucket, deciders: AwsConfig["deciders"]): void {
  const entries = Object.entries(deciders).flatMap(([source, arns]) => arns.map((arn) => ({ arn, source })));
  for (const [arn, named] of Map.groupBy(entries, (entry) => entry.arn)) {
    const decider = new ArnPrincipal(arn);
    const sources = named.map(({ source }) => source);
    allow(bucket, decider, ["s3:ListBucket"]);
    const readable = sources.flatMap((source) => [`reviews/${source}/*`, `decisions/${source}/*`]);
    allow(bucket, decider, ["s3:GetObject"], readable);
    bucket.addToResourcePolicy(
      new PolicyStatement({
        principals: [decider],
        actions: ["s3:PutObject", "s3:DeleteObject"],
        resources: sources.map((source) => ownDecisions(bucket, source)),
      }),
    );
    bucket.encryptionKey?.grant(decider, "kms:Decrypt", "kms:GenerateDataKey");
  }
}
