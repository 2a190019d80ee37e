import { CfnOutput, Stack } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { type StageName, stageFunctionName } from "./stage-function.ts";

/** A shell command that invokes a stage and prints the answer. */
export function invokeCommand(scope: Construct, stage: StageName, event: object): string {
  return (
    `aws lambda invoke --function-name ${stageFunctionName(scope, stage)} --cli-read-timeout 0 ` +
    `--cli-binary-format raw-in-base64-out --payload '${JSON.stringify(event)}' /dev/stdout`
  );
}

/** A shell command that goes on with the open reviews of all sources, or of one, and begins a review where none is open. */
export function startCommand(scope: Construct, input: object): string {
  return startCommandOf(scope, JSON.stringify(input));
}

/** The same with an input that is JSON text already, or a placeholder for one. */
export function startCommandOf(scope: Construct, input: string): string {
  const { partition, region, account, stackName } = Stack.of(scope);
  const arn = `arn:${partition}:states:${region}:${account}:stateMachine:${stackName}-review`;
  return `aws stepfunctions start-execution --state-machine-arn ${arn} --input '${input}'`;
}

/** The resources that the commands name. */
type Printed = { review: IStateMachine; signingKey: IKey };

/**
 * Adds stack outputs with the shell commands for everything that can be done by hand, with the real names filled in.
 */
export function printCommands(scope: Construct, { sources }: Config, { review, signingKey }: Printed): void {
  const source = sources[0]!.id;
  const print = (id: string, value: string, description: string): void => {
    new CfnOutput(scope, id, { value, description });
  };
  print("ReviewStateMachine", review.stateMachineArn, "Runs the life of a review");
  print(
    "ReviewEverySource",
    startCommand(scope, {}),
    'Goes on with the open review of every source, and begins one where none is open; {"begin":true} begins anew',
  );
  print(
    "ReviewOneSource",
    startCommand(scope, { source }),
    'The same of one source; with "review" it goes on with that one, with "begin":true it begins anew',
  );
  print(
    "SigningKeySha256",
    `aws kms get-public-key --key-id ${signingKey.keyArn} --query PublicKey --output text | base64 -d | sha256sum`,
    "Prints the SHA-256 of the key that signs evidence, for verify --key: give it to the auditor by another way than the store",
  );
  for (const stage of ["snapshot", "assess", "expire", "seal"] as const) {
    print(`Run${stage}`, invokeCommand(scope, stage, { source }), `The ${stage} stage alone, of the open review`);
  }
  const reasons = { by: "NAME", reason: "WHY" };
  const byHand = (stage: StageName, event: object): string =>
    invokeCommand(scope, stage, { source, ...event, ...reasons });
  print("ApprovePlan", byHand("approve", { approve: "PLAN_HASH" }), "Lifts the brake of exactly this plan");
  print("StopRemovals", byHand("stop", { stop: true }), "No removal begins until resumed");
  print("ResumeRemovals", byHand("stop", { resume: true }), "Removals may begin again");
  print(
    "UndoReview",
    byHand("restore", { review: "REVIEW_ID", all: true }),
    'Gives back what a review removed; without "all" it says what it would do',
  );
}
