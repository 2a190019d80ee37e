import { CfnOutput, Duration } from "aws-cdk-lib";
import { ArnPrincipal, type IGrantable, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Key } from "aws-cdk-lib/aws-kms";
import { Bucket, BucketEncryption, type LifecycleRule } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import type { AwsConfig } from "../functions/config/config.ts";
import { ownDecisions } from "./evidence-policy.ts";
import { guarded, logAccess } from "./guarded-bucket.ts";

type EvidenceProps = { key: Key; logs: Bucket };

/**
 * Where every review is kept: versioned, encrypted, private, over TLS alone, and still there when the stack is gone. Object
 * Lock is set object by object as a stage writes it, for there is no bucket default: checkpoints must stay mutable.
 */
export function createEvidenceBucket(scope: Construct, { key, logs }: EvidenceProps): Bucket {
  const bucket = new Bucket(scope, "evidence", {
    ...guarded,
    versioned: true,
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    objectLockEnabled: true,
    lifecycleRules: [agedCheckpoints, oldCheckpoints],
  });
  logAccess(bucket, logs);
  new CfnOutput(scope, "EvidenceBucket", { value: bucket.bucketName, description: "For --store s3://…" });
  return bucket;
}

/**
 * Checkpoints of reviews, which the store tags. What else is there must not age out: a stop would end by itself, and who
 * watches for overdue reviews would forget since when.
 */
const agedCheckpoints: LifecycleRule = {
  id: "checkpoints of reviews",
  prefix: "checkpoints/",
  tagFilters: { "access-review": "checkpoint" },
  expiration: Duration.days(60),
};

/** Checkpoints are rewritten after every few pages: without this each rewriting would be kept for ever. */
const oldCheckpoints: LifecycleRule = {
  id: "rewritten checkpoints",
  prefix: "checkpoints/",
  noncurrentVersionExpiration: Duration.days(7),
  abortIncompleteMultipartUploadAfter: Duration.days(7),
};

function below(bucket: Bucket, ...prefixes: string[]): string[] {
  return prefixes.map((prefix) => bucket.arnForObjects(`${prefix}/*`));
}

/** Lets a role or user do these to what lies below these prefixes. `Bucket.grantReadWrite` allows deletes and wildcards. */
function allow(bucket: Bucket, grantee: IGrantable, actions: string[], ...prefixes: string[]): void {
  const resources = prefixes.length > 0 ? below(bucket, ...prefixes) : [bucket.bucketArn];
  const statement = new PolicyStatement({ actions, resources });
  if (grantee.grantPrincipal.addToPrincipalPolicy(statement).statementAdded) return;
  statement.addPrincipals(grantee.grantPrincipal as ArnPrincipal);
  bucket.addToResourcePolicy(statement);
}

/** Lets a stage read the store, add locked objects to reviews, and rewrite checkpoints. */
export function grantReviewing(bucket: Bucket, stage: IGrantable): void {
  allow(bucket, stage, ["s3:ListBucket"]);
  allow(bucket, stage, ["s3:GetObject"], "reviews", "checkpoints", "decisions");
  allow(bucket, stage, ["s3:PutObject"], "reviews", "checkpoints");
  allow(bucket, stage, ["s3:PutObjectRetention"], "reviews");
  allow(bucket, stage, ["s3:PutObjectTagging", "s3:DeleteObject"], "checkpoints");
  bucket.encryptionKey?.grant(stage, "kms:Decrypt", "kms:GenerateDataKey");
}

/** Lets a stage add to the tables that questions over years are asked of. */
export function grantTables(bucket: Bucket, stage: IGrantable): void {
  allow(bucket, stage, ["s3:GetObject", "s3:PutObject"], "tables");
}

/**
 * Lets those whom the configuration names hand in decisions on their sources, each into a folder of their own, take back a file
 * of their own that cannot be read, and check both against the sources' reviews.
 */
export function grantDeciding(bucket: Bucket, deciders: AwsConfig["deciders"]): void {
  const entries = Object.entries(deciders).flatMap(([source, arns]) => arns.map((arn) => ({ arn, source })));
  for (const [arn, named] of Map.groupBy(entries, (entry) => entry.arn)) {
    const decider = new ArnPrincipal(arn);
    const sources = named.map(({ source }) => source);
    allow(bucket, decider, ["s3:ListBucket"]);
    const readable = sources.flatMap((source) => [`reviews/${source}`, `decisions/${source}`]);
    allow(bucket, decider, ["s3:GetObject"], ...readable);
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
