import { CfnOutput, Stack } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { namedSecrets } from "./source-secrets.ts";
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
  print(
    "CheckAccess",
    invokeCommand(scope, "check", { source }),
    "Asks a source, by the stack's own address and secrets, for the least that reviews need: nothing is removed or sent",
  );
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

/** CloudFormation takes 200 outputs, of which the rest of the stack has up to 60. */
const mostSecretCommands = 100;

/**
 * Adds a stack output with the shell command by which each secret gets its value, from a file, as a value on the command
 * line stays in the shell's history.
 */
export function printSecretCommands(scope: Construct, config: Config): void {
  const named = namedSecrets(config);
  const shown = named.length > mostSecretCommands ? [{ name: "NAME", keys: named[0]!.keys }] : named;
  shown.forEach(({ name, keys }, at) => {
    const file = `${name.replace(/[^A-Za-z0-9]+/g, "-")}.json`;
    new CfnOutput(scope, `PutSecret${shown.length > 1 ? at + 1 : ""}`, {
      value: `aws secretsmanager put-secret-value --secret-id ${name} --secret-string file://${file}`,
      description: `${file} holds ${keys}: write it where only you can read it, and delete it afterwards`,
    });
  });
}
