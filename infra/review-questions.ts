import { Aws, CfnOutput, Duration, Stack } from "aws-cdk-lib";
import { CfnNamedQuery, CfnWorkGroup } from "aws-cdk-lib/aws-athena";
import type { CfnDatabase } from "aws-cdk-lib/aws-glue";
import type { Key } from "aws-cdk-lib/aws-kms";
import { Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { guarded, keepPolicy, logAccess } from "./guarded-bucket.ts";
import { type SavedQuery, savedQueries } from "./saved-queries.ts";

/** 20 GB: years of grants of a thousand sources. At five dollars a terabyte, a query costs at most ten cents. */
const SCANNED_BYTES_AT_MOST = 20_000_000_000;

const RESULTS_KEPT_DAYS = 30;

/** The input of the Athena workgroup. */
export type Asked = { config: Config; database: CfnDatabase; key: Key; logs: Bucket };

/**
 * An Athena workgroup with saved queries, a limit on the bytes that a query scans, and encrypted results that expire.
 */
export function createReviewQuestions(scope: Construct, { config, database, key, logs }: Asked): void {
  const results = createResults(scope, key, logs);
  const name = Stack.of(scope).stackName;
  const workgroup = new CfnWorkGroup(scope, "workgroup", {
    name,
    description: "Questions over all sealed access reviews",
    recursiveDeleteOption: true,
    workGroupConfiguration: {
      enforceWorkGroupConfiguration: true, // a query cannot choose another place for its results, or no encryption
      bytesScannedCutoffPerQuery: SCANNED_BYTES_AT_MOST,
      publishCloudWatchMetricsEnabled: true,
      engineVersion: { selectedEngineVersion: "Athena engine version 3" },
      resultConfiguration: {
        outputLocation: `s3://${results.bucketName}/`,
        expectedBucketOwner: Aws.ACCOUNT_ID,
        encryptionConfiguration: { encryptionOption: "SSE_KMS", kmsKey: key.keyArn },
      },
    },
  });
  for (const query of savedQueries(config)) {
    const saved = new CfnNamedQuery(scope, `query ${query.name}`, {
      name: query.name,
      description: query.description,
      queryString: query.sql,
      database: database.ref,
      workGroup: name,
    });
    saved.addResourceDependency(workgroup);
    new CfnOutput(scope, outputName(query.name), {
      value: askCommand(query, { saved, workgroup: name, database: database.ref }),
      description: `Athena: ${query.name}`,
    });
  }
}

/** The output's name for a query: `AskWhoKeptWhat` for `who-kept-what`. */
function outputName(query: string): string {
  return `Ask${query
    .split("-")
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("")}`;
}

type Place = { saved: CfnNamedQuery; workgroup: string; database: string };

/** A shell command that starts a saved query. The command prints the id by which the results can be fetched. */
function askCommand({ sql }: SavedQuery, { saved, workgroup, database }: Place): string {
  return (
    `aws athena start-query-execution --work-group ${workgroup} --query-execution-context Database=${database} ` +
    `--query-string "$(aws athena get-named-query --named-query-id ${saved.attrNamedQueryId} ` +
    `--query NamedQuery.QueryString --output text)"${sql.includes("?") ? ` --execution-parameters "'E-MAIL OR ID'"` : ""}`
  );
}

/**
 * The bucket of query results. Results name people as evidence does, so they are encrypted with the same key, and
 * deleted after a month.
 */
function createResults(scope: Construct, key: Key, logs: Bucket): Bucket {
  const results = new Bucket(scope, "query results", {
    ...guarded,
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    lifecycleRules: [
      {
        expiration: Duration.days(RESULTS_KEPT_DAYS),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
    ],
  });
  keepPolicy(results);
  logAccess(results, logs, "query-results/");
  return results;
}
