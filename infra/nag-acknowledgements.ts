import { ArnFormat, Fn, Stack, Validations } from "aws-cdk-lib";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { IConstruct } from "constructs";
import { everySecret, type SourceSecrets } from "./source-secrets.ts";
import type { StageFunctions, StageName } from "./stage-function.ts";
import { storeRights } from "./store-rights.ts";

/** The constructs with cdk-nag findings that are acknowledged. */
export type Acknowledged = {
  bucket: IBucket;
  functions: StageFunctions;
  /** The role of whoever serves the desk outside of the stack. */
  server: IConstruct | null;
  review: StateMachine;
  watch: IConstruct | null;
  secrets: SourceSecrets;
  isTraced: boolean;
};

/**
 * Acknowledges findings of cdk-nag's AwsSolutions pack, one by one, each with a reason. Any other finding fails the
 * synthesis.
 * https://github.com/cdklabs/cdk-nag/blob/main/RULES.md#awssolutions
 */
export function acknowledgeFindings(acknowledged: Acknowledged): void {
  const { bucket, functions, server, review, watch, secrets } = acknowledged;
  const acknowledgeObjects = (role: IConstruct, name: StageName): void => {
    const { reads, writes } = storeRights[name];
    for (const key of new Set([...reads, ...writes])) {
      acknowledgeWildcard(
        role,
        asShown(bucket, bucket.arnForObjects(key)),
        "Objects of one kind, whose names the reviews make.",
      );
    }
  };
  if (server) acknowledgeObjects(server, "desk");
  for (const [name, { role }] of Object.entries(functions)) {
    acknowledgeObjects(role!, name as StageName);
    acknowledgeWildcard(
      role!,
      "*",
      "X-Ray's PutTraceSegments and PutTelemetryRecords, and in a VPC the network interfaces Lambda makes: AWS allows no narrower resource.",
    );
  }
  const { snapshot, expire, restore, seal, check, send, desk } = functions;
  for (const { role } of [snapshot, expire, restore, seal, check, ...(send ? [send] : []), ...(desk ? [desk] : [])]) {
    acknowledgeWildcard(
      role!,
      asShown(role!, everySecret),
      "Only secrets tagged for this stage's use, where the configuration leaves it to others to make them.",
    );
  }
  acknowledgeMachine(review);
  if (watch) acknowledgeMachine(watch);
  for (const machine of acknowledged.isTraced ? [] : [review, ...(watch ? [watch] : [])]) {
    Validations.of(machine).acknowledge({
      id: "AwsSolutions::AwsSolutions-SF2",
      reason: "The configuration says so, or the region does not trace Lambda: an execution's history has every step.",
    });
  }
  const { stack } = review;
  const executions = asShown(
    review,
    stack.formatArn({
      service: "states",
      resource: "execution",
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      resourceName: Fn.select(6, Fn.split(":", review.stateMachineArn)),
    }),
  );
  for (const resource of [`${executions}:*`, `${executions}/*:*`]) {
    acknowledgeWildcard(
      review,
      resource,
      "Its own executions, one for each of many sources: Step Functions makes their names.",
    );
  }
  for (const { secret } of secrets) {
    Validations.of(secret).acknowledge({
      id: "AwsSolutions::AwsSolutions-SMG4",
      reason: "The vendor's console alone issues this credential: there is no call to rotate it by.",
    });
  }
}

/** The role of a copy in another region reads and adds below the three folders that are copied. */
export function acknowledgeReplication(role: IConstruct, resources: readonly string[]): void {
  for (const resource of resources)
    acknowledgeWildcard(role, asShown(role, resource), "What is copied, of any review.");
}

/** The desk's API lets everybody in: the desk itself signs people in, by a provider that is no authorizer of API Gateway. */
export function acknowledgeOpenApi(api: IConstruct): void {
  Validations.of(api).acknowledge({
    id: "AwsSolutions::AwsSolutions-APIG4",
    reason: "People come here to sign in; the desk itself refuses whoever has not, and throttles.",
  });
}

function acknowledgeMachine(machine: IConstruct): void {
  acknowledgeWildcard(
    machine,
    "*",
    "Log delivery of Step Functions and X-Ray: AWS allows no narrower resource for either.",
  );
}

function acknowledgeWildcard(construct: IConstruct, resource: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-IAM5[Resource::${resource}]`, reason });
}

/** Text with tokens as cdk-nag shows it: `<AWS::Region>`, `<evidence1A2B.Arn>/reviews/*`, other functions as JSON. */
function asShown(construct: IConstruct, text: string): string {
  const shown = (value: unknown): string => {
    if (typeof value === "string") return value;
    const [[name, given]] = Object.entries(value as Record<string, unknown>) as [[string, unknown]];
    if (name === "Ref") return `<${given}>`;
    if (name === "Fn::GetAtt") return `<${(given as string[]).join(".")}>`;
    if (name === "Fn::Join") return (given as [string, unknown[]])[1].map(shown).join("");
    return JSON.stringify(value);
  };
  return shown(Stack.of(construct).resolve(text));
}
