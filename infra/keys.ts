import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { AnyPrincipal, Effect, type IGrantable, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import { unless } from "./evidence-policy.ts";

/**
 * The key that encrypts evidence and logs. CloudWatch Logs may use the key: otherwise it could not write to encrypted log
 * groups.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function createStoreKey(scope: Construct): Key {
  const key = new Key(scope, "store key", {
    description: "Evidence of access reviews, and logs",
    alias: `${Stack.of(scope).stackName}-store`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  const everyLog = Stack.of(scope).formatArn({ service: "logs", resource: "*" });
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal("logs.amazonaws.com")],
      actions: [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
        "kms:GenerateDataKey",
        "kms:DescribeKey",
      ],
      resources: ["*"], // in a key's own policy: this key
      conditions: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": everyLog } },
    }),
  );
  return key;
}

/**
 * The key that encrypts alarms on their way to people. CloudWatch may use it: otherwise alarms could not publish to the
 * encrypted topic.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function createAlarmKey(scope: Construct): Key {
  const key = new Key(scope, "alarm key", {
    description: "Alarms of access reviews",
    alias: `${Stack.of(scope).stackName}-alarms`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: ["*"], // in a key's own policy: this key
      conditions: { StringEquals: { "aws:SourceAccount": Stack.of(scope).account } },
    }),
  );
  return key;
}

/** The asymmetric key that signs evidence. The private key never leaves KMS. Retained when the stack is deleted. */
export function createSigningKey(scope: Construct): Key {
  return new Key(scope, "signing key", {
    description: "Signs the evidence of access reviews",
    alias: `${Stack.of(scope).stackName}-signing`,
    keySpec: KeySpec.ECC_NIST_P256,
    keyUsage: KeyUsage.SIGN_VERIFY,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
}

/** Grants a stage: sign evidence. */
export function grantSigning(key: Key, stage: IGrantable): void {
  key.grant(stage, "kms:Sign", "kms:GetPublicKey");
}

/**
 * Denies everybody, administrators included: signing, but for the signer; disabling or deleting a key, but for break-glass
 * roles and users. The policy of a key can still be changed, as no stack could be updated otherwise: that is alarmed.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying.html
 */
export function guardKeys(
  { signingKey, others }: { signingKey: Key; others: readonly Key[] },
  { signer, breakGlass }: { signer: string; breakGlass: readonly string[] },
): void {
  const deny = (of: Key, sid: string, actions: string[], allowed: readonly string[]): void => {
    of.addToResourcePolicy(
      new PolicyStatement({
        sid,
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: actions.map((action) => `kms:${action}`),
        resources: ["*"], // in a key's own policy: this key
        conditions: unless(allowed),
      }),
    );
  };
  for (const each of [...others, signingKey]) {
    deny(each, "KeysAreKept", ["DisableKey", "ScheduleKeyDeletion"], breakGlass);
  }
  deny(signingKey, "OnlySealSigns", ["Sign"], [signer]);
  // A grant would pass the right to sign on, past every policy.
  deny(signingKey, "SigningIsNotHandedOn", ["CreateGrant"], []);
}
