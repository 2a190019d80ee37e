import { Aws } from "aws-cdk-lib";
import { type IGrantable, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";

/** What a secret is for: `write` is for expire and restore alone, `messages` for telling people. */
export type Access = "read" | "write" | "messages";

/** The secrets that the configuration names, each once however many sources share it, with what they are for. */
export type SourceSecrets = { secret: Secret; uses: Set<Access> }[];

/**
 * Creates the secrets of all sources and messages under the names the configuration gives them, unless it says that somebody else does.
 * What they hold is entered by hand afterwards.
 */
export function createSourceSecrets(scope: Construct, { sources, messages, aws }: Config): SourceSecrets {
  if (!aws.createSecrets) return [];
  const usesByName = new Map<string, Set<Access>>();
  const use = (access: Access, reference: string | undefined): void => {
    const name = reference?.replace(/^secretsmanager:/, "");
    if (name) usesByName.set(name, (usesByName.get(name) ?? new Set()).add(access));
  };
  for (const { credentials } of sources) {
    use("read", credentials?.read);
    use("write", credentials?.write);
  }
  for (const message of messages) if (message.to !== "sns") use("messages", message.credentials);
  return [...usesByName].map(([name, uses]) => ({ secret: createSecret(scope, name), uses }));
}

/** Lets a stage read the secrets that are for one of these uses. */
export function grantSecrets(secrets: SourceSecrets, stage: IGrantable, accesses: readonly Access[]): void {
  for (const { secret, uses } of secrets) {
    if (accesses.some((access) => uses.has(access))) secret.grantRead(stage);
  }
}

/** The tag by which a stage may read a secret that the stack did not make: its value is `read`, `write`, `both` of these, or `messages`. */
const secretTag = "access-review";

/** Lets a stage read the tagged secrets that are for one of these uses: however many there are, its policy is of one size. */
export function grantTaggedSecrets(stage: IGrantable, accesses: readonly Access[]): void {
  if (accesses.length === 0) return;
  const isOfSource = accesses.some((access) => access !== "messages");
  const values = isOfSource ? [...accesses, "both"] : accesses;
  stage.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
      resources: [everySecret],
      conditions: { StringEquals: { [`aws:ResourceTag/${secretTag}`]: values } },
    }),
  );
}

/** Of this account and region; what the tag does not name stays closed. */
const everySecret = `arn:${Aws.PARTITION}:secretsmanager:${Aws.REGION}:${Aws.ACCOUNT_ID}:secret:*`;

function createSecret(scope: Construct, name: string): Secret {
  return new Secret(scope, `secret ${name}`, {
    secretName: name,
    description: "An app's id and secret for access reviews, as JSON",
    // A placeholder, which the stages refuse naming the keys they need. Never change it: CloudFormation would write the
    // new one over the secret that was entered.
    generateSecretString: { secretStringTemplate: "{}", generateStringKey: "placeholder" },
  });
}
