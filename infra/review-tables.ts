import { Stack } from "aws-cdk-lib";
import { CfnDatabase, CfnTable } from "aws-cdk-lib/aws-glue";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";

const text = "struct<zh:string,en:string>";
const member = "struct<id:string,status:string,name:string,email:string>";
const holder =
  "struct<id:string,kind:string,status:string,name:string,email:string,departmentid:string,managerid:string," +
  `lastday:string,employedagain:boolean,members:array<${member}>>`;
const role = `struct<id:string,code:string,name:${text},description:${text},kind:string,status:string,isprotected:boolean>`;

/**
 * The columns of each table: the fields of the lines in docs/contract.md. Names are in lower case, which Glue requires;
 * the SerDe ignores the case of JSON keys. `source` is no column, because `source` is the partition.
 */
const columnsByTable: Record<string, Record<string, string>> = {
  grants: {
    id: "string",
    provider: "string",
    holder,
    role,
    scopes: "array<array<struct<dimension:string,ids:array<string>,names:array<string>>>>",
    removable: "boolean",
    unremovablereason: "string",
    restorable: "boolean",
    grantedat: "string",
    firstseenat: "string",
    enteredafter: "struct<review:string,at:string>",
  },
  findings: {
    grantid: "string",
    rule: "string",
    then: "string",
    reason: text,
    suppressedby: "struct<by:string,detail:string>",
    keep: "array<array<struct<dimension:string,ids:array<string>,names:array<string>>>>",
  },
  decisions: {
    review: "string",
    grantid: "string",
    decision: "string",
    until: "string",
    reviewer: "string",
    reason: "string",
    decidedat: "string",
    file: "string",
    filesha256: "string",
    fileversion: "string",
    fault: "string",
    storedby: "string",
    decidedas: "array<string>",
    provenby: "struct<provider:string,subject:string,tenant:string,signedinat:string,session:string>",
  },
  outcomes: {
    review: "string",
    formatversion: "int",
    grantid: "string",
    planhash: "string",
    outcome: "string",
    detail: "string",
    requestid: "string",
    at: "string",
    verifiedat: "string",
    leaverhours: "double",
    enteredafter: "struct<review:string,at:string>",
  },
  drift: {
    review: "string",
    at: "string",
    roleid: "string",
    scopes: "array<struct<dimension:string,id:string>>",
    holderid: "string",
    fate: "string",
  },
};

/** The tables whose objects hold addresses of evidence. Objects of the other tables hold the lines themselves. */
const addressed = ["grants", "findings", "decisions"];

const textInput = "org.apache.hadoop.mapred.TextInputFormat";
const symlinkInput = "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat";

/**
 * A Glue database over all sealed reviews. Athena reads every object below a table's location, and a review's folder
 * holds more than grants, so the tables read the lists of addresses that seal writes. The partition `source` is
 * injected: a query must name its sources, and may name a source that is no longer configured. A query without sources
 * fails.
 * https://docs.aws.amazon.com/athena/latest/ug/partition-projection-dynamic-id-partitioning.html
 */
export function createReviewTables(scope: Construct, bucket: IBucket): CfnDatabase {
  const { account, stackName } = Stack.of(scope);
  const name = stackName.toLowerCase().replace(/[^a-z0-9]+/g, "_");
  const database = new CfnDatabase(scope, "tables", {
    catalogId: account,
    databaseInput: { name, description: "Sealed access reviews" },
  });
  for (const [table, types] of Object.entries(columnsByTable)) {
    new CfnTable(scope, `table ${table}`, {
      catalogId: account,
      databaseName: database.ref,
      tableInput: { name: table, tableType: "EXTERNAL_TABLE", ...layout(table, { types, bucket }) },
    });
  }
  return database;
}

type Lines = { types: Record<string, string>; bucket: IBucket };

function layout(table: string, { types, bucket }: Lines) {
  const location = `s3://${bucket.bucketName}/tables/${table}/`;
  return {
    partitionKeys: [{ name: "source", type: "string" }],
    parameters: {
      classification: "json",
      "projection.enabled": "true",
      "projection.source.type": "injected",
      "storage.location.template": `${location}\${source}/`,
    },
    storageDescriptor: {
      location,
      columns: Object.entries(types).map(([name, type]) => ({ name, type })),
      inputFormat: addressed.includes(table) ? symlinkInput : textInput,
      outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
      serdeInfo: { serializationLibrary: "org.openx.data.jsonserde.JsonSerDe" },
    },
  };
}
